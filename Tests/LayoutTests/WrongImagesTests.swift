// Wrong images, bases and names in images.json, each with exactly what is told of it.

@testable import Layout
@testable import TestSupport
import Testing

private let release = #"{"name": "a", "platforms": {"server": ["linux/amd64"]}, "flags": {"flag": {}}}"#

struct WrongImagesTests {
  @Test(arguments: [
    WrongLayout("[]", "1:1: expected an object, found an array"),
    WrongLayout("{}", #"1:1: missing key "groups""#),
    WrongLayout(#"{"bases": {}, "groups": {}, "tags": "x"}"#, #"1:29: tags: unknown key; did you mean "tag"?"#),
    WrongLayout(
      #"{"bases": [], "groups": []}"#,
      "1:11: bases: expected an object, found an array",
      "1:25: groups: expected an object, found an array"),
    WrongLayout(
      #"{"bases": {"a b": "c"}, "groups": {"": []}}"#,
      #"1:19: bases["a b"]: expected a name of letters, digits, '.', '_' and '-', found "a b""#,
      #"1:40: groups[""]: expected a name of letters, digits, '.', '_' and '-', found """#),
    WrongLayout(#"{"bases": {}, "groups": {"g": {}}}"#, #"1:31: groups.g: missing key "images""#),
    WrongLayout(
      #"{"bases": {}, "groups": {"g": "x"}}"#,
      #"1:31: groups.g: expected an array of images, or an object with "images", found "x""#),
    WrongLayout(
      #"{"defaults": {"name": "x"}, "groups": {"g": {"defaults": {"labels": 3}, "images": [{"name": "x"}]}}}"#,
      #"1:15: defaults.name: unknown key; did you mean "names"?"#,
      "1:69: groups.g.defaults.labels: expected an object, found the number 3",
      #"1:84: groups.g.images[0]: missing key "base""#),
    WrongLayout(
      #"{"bases": {"scratch": "x"}, "groups": {}}"#,
      #"1:23: bases.scratch: "scratch" is the base without files, and always there"#),
    WrongLayout(
      #"{"registry": "{registry}{tag}{os}{arch}{md5}", "bases": {}, "groups": {}}"#,
      "1:14: registry: {arch} cannot stand here",
      "1:14: registry: {md5} is known in tags alone",
      "1:14: registry: {os} cannot stand here",
      "1:14: registry: {registry} cannot stand here",
      "1:14: registry: {tag} cannot stand here"),
    WrongLayout(#"{"tag": "{tag}", "bases": {}, "groups": {}}"#, "1:9: tag: {tag} cannot stand here"),
    WrongLayout(#"{"tag": "", "bases": {}, "groups": {}}"#, "1:9: tag: expected a string that is not empty"),
    WrongLayout(
      #"{"repository": "{md5}", "bases": {}, "groups": {}}"#,
      "1:16: repository: {md5} is known in tags alone"),
    WrongLayout(
      #"{"repository": ["x"], "bases": {}, "groups": {}}"#,
      "1:16: repository: expected a string, found an array"),
    WrongLayout(#"{"bases": {"b": ""}, "groups": {}}"#, "1:17: bases.b: expected a string that is not empty"),
    WrongLayout(#"{"bases": {"b": {}}, "groups": {}}"#, "1:17: bases.b: expected at least one platform"),
    WrongLayout(
      #"{"bases": {"b": {"a b": "x", "arm": 1}}, "groups": {}}"#,
      #"1:25: bases.b["a b"]: expected a platform such as "linux/amd64", "linux/*" or "*", found "a b""#,
      "1:37: bases.b.arm: expected a string, found the number 1"),
    WrongLayout(#"{"bases": {"b": {"entries": []}}, "groups": {}}"#, #"1:17: bases.b: missing key "ref""#),
    WrongLayout(
      #"{"bases": {"b": {"ref": "x", "entry": []}}, "groups": {}}"#,
      #"1:30: bases.b.entry: unknown key; the keys here are "ref", "entries""#),
  ])
  func `a wrong file of images is refused`(_ layout: WrongLayout) {
    let mistakes = LayoutSet.mistakes(["release": release, "images": layout.text])
    #expect(mistakes == layout.mistakes.map { "layouts/images.json:\($0)" })
  }

  /// Each stands after `{"binary": "x", "base": "b", `.
  @Test(arguments: [
    WrongLayout(#""bse": "b""#, #"2:1: groups.g[0].bse: unknown key; did you mean "base"?"#),
    WrongLayout(#""name": "x/y""#, #"2:9: groups.g[0].name: expected a name without '/', found "x/y""#),
    WrongLayout(#""to": "/usr""#, #"2:7: groups.g[0].to: expected a relative path, not an absolute one, found "/usr""#),
    WrongLayout(
      #""capabilities": "cap_kill=p""#, #"2:17: groups.g[0].capabilities: expected an array, found "cap_kill=p""#),
    WrongLayout(
      #""capabilities": ["kill=p"]"#,
      #"2:17: groups.g[0].capabilities: expected the name of a capability such as "cap_net_bind_service", found "kill""#
    ),
    WrongLayout(
      #""expose": ["http", "0", "65536", "+80", "53/icmp", "1/udp/x"]"#,
      #"2:12: groups.g[0].expose[0]: expected a port such as "8080" or "53/udp", found "http""#,
      #"2:20: groups.g[0].expose[1]: expected a port such as "8080" or "53/udp", found "0""#,
      #"2:25: groups.g[0].expose[2]: expected a port such as "8080" or "53/udp", found "65536""#,
      #"2:34: groups.g[0].expose[3]: expected a port such as "8080" or "53/udp", found "+80""#,
      #"2:41: groups.g[0].expose[4]: expected a port such as "8080" or "53/udp", found "53/icmp""#,
      #"2:52: groups.g[0].expose[5]: expected a port such as "8080" or "53/udp", found "1/udp/x""#),
    WrongLayout(
      #""volumes": ["/", "data"]"#, #"2:13: groups.g[0].volumes[0]: expected a folder below the root, found "/""#,
      #"2:18: groups.g[0].volumes[1]: expected an absolute path, found "data""#),
    WrongLayout(
      #""stopsignal": "TERM""#,
      #"2:15: groups.g[0].stopsignal: expected a signal such as "SIGTERM" or "15", found "TERM""#),
    WrongLayout(#""repository": {"arm": "{md5}"}"#, "2:23: groups.g[0].repository.arm: {md5} is known in tags alone"),
    WrongLayout(#""tag": "{tag}""#, "2:8: groups.g[0].tag: {tag} cannot stand here"),
    WrongLayout(#""file": ".tar""#, #"2:9: groups.g[0].file: expected a name before ".tar", found nothing"#),
    WrongLayout(
      #""file": "{name}""#,
      #"2:9: groups.g[0].file: expected a file name that ends in ".tar", without '/', found "{name}""#),
    WrongLayout(
      #""file": "a/b.tar""#,
      #"2:9: groups.g[0].file: expected a file name that ends in ".tar", without '/', found "a/b.tar""#),
    WrongLayout(#""outputs": []"#, #"2:12: groups.g[0].outputs: expected "stage", "images" or both"#),
    WrongLayout(
      #""outputs": ["stge", "stage", "stage"]"#,
      #"2:13: groups.g[0].outputs[0]: expected "stage" or "images", found "stge""#,
      #"2:30: groups.g[0].outputs[2]: "stage" stands here twice"#),
    WrongLayout(#""outputs": "stage""#, #"2:12: groups.g[0].outputs: expected an array, found "stage""#),
    WrongLayout(
      #""env": "A=b""#,
      #"2:8: groups.g[0].env: expected an object, or an array of "NAME=value", found "A=b""#),
    WrongLayout(
      #""env": {"": "b", "A=": "c", "N\u0000": "d"}"#,
      #"2:13: groups.g[0].env[""]: expected the name of a variable, of letters, digits, '_', '.' and '-', found """#,
      #"2:24: groups.g[0].env["A="]: expected the name of a variable, of letters, digits, '_', '.' and '-', found "A=""#,
      #"2:40: groups.g[0].env["N\u0000"]: expected the name of a variable, of letters, digits, '_', '.' and '-', found "N\u0000""#
    ),
    WrongLayout(
      #""env": {"A": 1, "B": "\u0000"}"#,
      "2:14: groups.g[0].env.A: expected a string, found the number 1",
      #"2:22: groups.g[0].env.B: expected a string without line breaks and other control characters, found "\u0000""#),
    WrongLayout(
      #""env": ["A", "=b", "A=1", "A=2"]"#,
      #"2:9: groups.g[0].env[0]: expected "NAME=value", found "A""#,
      #"2:14: groups.g[0].env[1]: expected the name of a variable, of letters, digits, '_', '.' and '-', found """#,
      #"2:27: groups.g[0].env[3]: "A" is set twice"#),
    WrongLayout(#""env": ["A={x}"]"#, #"2:9: groups.g[0].env[0]: unknown variable "{x}", found "{x}""#),
    WrongLayout(#""cmd": "x""#, #"2:8: groups.g[0].cmd: expected an array, found "x""#),
    WrongLayout(
      #""entrypoint": ["a\u0000"]"#,
      #"2:16: groups.g[0].entrypoint[0]: expected a string without NUL, found "a\u0000""#),
    WrongLayout(#""workdir": "x""#, #"2:12: groups.g[0].workdir: expected an absolute path, found "x""#),
    WrongLayout(
      #""workdir": "//""#,
      "2:12: groups.g[0].workdir: an empty part in a path ('//' or a '/' at the end), found \"//\""),
    WrongLayout(#""workdir": "/a/../b""#, #"2:12: groups.g[0].workdir: a '..' part in a path, found "/a/../b""#),
    WrongLayout(#""user": """#, "2:9: groups.g[0].user: expected a string that is not empty"),
    WrongLayout(#""labels": ["a=b"]"#, "2:11: groups.g[0].labels: expected an object, found an array"),
    WrongLayout(
      #""labels": {"": "x"}"#,
      #"2:16: groups.g[0].labels[""]: expected the name of a label, without line breaks, found """#),
    WrongLayout(
      #""platforms": "sever""#,
      #"2:14: groups.g[0].platforms: no list of platforms is named "sever"; did you mean "server"?"#),
    WrongLayout(
      #""platforms": ["linux/*"]"#,
      #"2:15: groups.g[0].platforms[0]: expected a platform such as "linux/amd64", found "linux/*""#),
    WrongLayout(#""when": "falg""#, #"2:9: groups.g[0].when: no flag is named "falg"; did you mean "flag"?"#),
  ])
  func `a wrong key of an image is refused`(_ layout: WrongLayout) {
    let start = #"{"bases": {"b": "c"}, "groups": {"g": [{"binary": "x", "base": "b", "#
    let mistakes = LayoutSet.mistakes(["release": release, "images": "\(start)\n\(layout.text)}]}}"])
    #expect(mistakes == layout.mistakes.map { "layouts/images.json:\($0)" })
  }

  @Test(arguments: [
    WrongLayout(#"{"base": "b"}"#, #"2:1: groups.g[0]: expected "binary" or "name""#),
    WrongLayout(#"{"binary": "x"}"#, #"2:1: groups.g[0]: missing key "base""#),
    WrongLayout(#"{"name": "x", "base": "c"}"#, #"2:23: groups.g[0].base: no base is named "c""#),
    WrongLayout(
      #"{"name": "x", "base": "b", "to": "y"}"#,
      #"2:34: groups.g[0].to: is the folder of a "binary", and there is none"#),
    WrongLayout(
      #"{"name": "x", "base": "b"}, {"binary": "x", "base": "b"}"#,
      #"2:29: groups.g[1]: another image of this group is named "x""#),
  ])
  func `a wrong image is refused`(_ layout: WrongLayout) {
    let mistakes = LayoutSet.mistakes([
      "release": release, "images": "{\"bases\": {\"b\": \"c\"}, \"groups\": {\"g\": [\n\(layout.text)]}}",
    ])
    #expect(mistakes == layout.mistakes.map { "layouts/images.json:\($0)" })
  }
}
