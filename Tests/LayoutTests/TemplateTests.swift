// Strings with variables: what they fill in to, and what is none.

@testable import Layout
import Testing

struct TemplateTests {
  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("{name}", "<name>"), ("{name}-{version}.tar.gz", "<name>-<version>.tar.gz"),
    ("{os}/{arch}{os}", "<os>/<arch><os>"), ("{{", "{"), ("{{name}", "{name}"), ("{{{name}", "{<name>"), ("}", "}"),
    ("{name}}", "<name>}"), ("a}}b", "a}}b"), ("{{{{", "{{"), ("é{tag}é", "é<tag>é"),
    ("{registry}{releaseRegistry}{releaseTag}{md5}", "<registry><releaseRegistry><releaseTag><md5>"),
    ("{semver}{commit}{shortCommit}{date}", "<semver><commit><shortCommit><date>"),
    ("{variant}{osName}{archName}{binary}{env.A.b}", "<variant><osName><archName><binary><env.A.b>"),
  ])
  func `variables and braces are filled in`(_ text: String, _ wanted: String) throws {
    let template = try Template(text)
    #expect(template.filled { "<\($0.word)>" } == wanted)
    #expect(template.text == text)
  }

  @Test func `values are not filled in again`() throws {
    #expect(try Template("{name}").filled { _ in "{version}{{" } == "{version}{{")
  }

  @Test func `a template tells its variables in order`() throws {
    #expect(try Template("{os}{{name}{arch}{os}").variables == [.os, .arch, .os])
  }

  @Test(
    arguments: [
      ("k.tar.gz", "k.tar.gz", 8), ("k.tar.gz", "k.tar", nil), ("", "", 0), ("", "a", nil),
      ("k-{os}-{arch}.tar.gz", "k-linux-arm.tar.gz", 10), ("k-{os}-{arch}.tar.gz", "k-a-b-c.tar.gz", 10),
      ("k-{os}-{arch}.tar.gz", "k-linux.tar.gz", nil), ("k-{os}-{arch}.tar.gz", "k--arm.tar.gz", nil),
      ("k-{os}-{arch}.tar.gz", "k-linux-.tar.gz", nil), ("k-{os}-{arch}.tar.gz", "l-linux-arm.tar.gz", nil),
      ("k-{os}-{arch}.tar.gz", "k-linux-arm.tar", nil), ("{os}{arch}", "a", nil), ("{os}{arch}", "ab", 0),
      ("a{os}a", "aa", nil), ("a{os}a", "aaa", 2), ("{name}-{os}", "<name>-x", 7), ("{name}-{os}", "other-x", nil),
      ("{{{os}", "{x", 1), ("a{os}b{os}b", "abbbb", 3), ("a{os}b{os}b", "abb", nil),
      ("k-{arch}{variant}.tar", "k-arm.tar", 6), ("k{variant}.tar", "k.tar", 5), ("k{variant}.tar", "kv6.tar", 5),
      ("{variant}{os}-{arch}", "a-b", 1), ("{variant}{os}-{arch}", "-b", nil),
    ] as [(String, String, Int?)])
  func `a text is known for one of a template's, whatever the variables that are not given`(
    _ template: String, _ text: String, _ count: Int?
  ) throws {
    let found = try Template(template).literalCount(in: Array(text.utf8)) { $0 == .name ? "<name>" : nil }
    #expect(found == count)
  }

  @Test(arguments: [
    ("{", "'{' without '}' after it (write '{{' for a brace)"),
    ("a{name", "'{' without '}' after it (write '{{' for a brace)"),
    ("{{{", "'{' without '}' after it (write '{{' for a brace)"), ("{}", "unknown variable \"{}\""),
    ("{nmae}", "unknown variable \"{nmae}\" (did you mean {name}?)"),
    ("{Version}", "unknown variable \"{Version}\" (did you mean {version}?)"),
    ("{ name }", "unknown variable \"{ name }\" (did you mean {name}?)"),
    ("{something}", "unknown variable \"{something}\""), ("{env.}", "unknown variable \"{env.}\""),
    ("{ENV.A}", "unknown variable \"{ENV.A}\""),
  ])
  func `what is no template is refused`(_ text: String, _ message: String) {
    let error = #expect(throws: TemplateError.self) { try Template(text) }
    #expect(error?.description == message)
  }
}
