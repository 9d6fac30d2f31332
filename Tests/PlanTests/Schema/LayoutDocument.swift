// A layout file under test among right ones that declare what it refers to.

@testable import Layout
@testable import Plan
@testable import TestSupport

/// A document and what kind of layout its file's name says it is.
struct LayoutDocument {
  /// The kinds, by the names of their definitions in the schema.
  enum Kind: String, CaseIterable {
    case release, tarball, images
  }

  let kind: Kind
  let text: String

  /// What kpack has against it, in the order it is told; none when it is taken.
  var mistakes: [String] {
    var files = Self.others
    switch kind {
    // Alone: what other files would refer to need not be declared.
    case .release: files = ["release": text]
    case .tarball: files["app"] = text
    case .images: files["images"] = text
    }
    do throws(LayoutErrors) {
      _ = try Planner.rules(
        files.sorted { $0.key < $1.key }.map { LayoutFile(path: "\($0.key).json", bytes: Array($0.value.utf8)) },
        from: "layouts")
      return []
    } catch {
      return error.errors.map(\.reason)
    }
  }

  private static let others = [
    "release": #"""
    {"name": "x", "platforms": {"p": ["linux/amd64"], "q": "present"}, "binaries": {"b": ["one"]}, "flags": {"f": {}},
     "sets": {"s": [{"directory": "d"}]}}
    """#,
    "images": #"{"bases": {"base": "x"}, "groups": {"g": [], "h": []}}"#,
    "src": #"{"tarball": "src.tgz", "entries": []}"#,
    // A name that no image has may be filled in later: so every image is held as far as kpack can tell.
    "app": #"{"tarball": "app.tgz", "platforms": "p", "entries": [{"images": ["{name}"]}]}"#,
  ]

  /// Right documents that between them have every key, one of each verb with all its options.
  static let complete: [LayoutDocument] =
    [
      LayoutDocument(
        kind: .release,
        text: #"""
          {"$schema": "s", "$comment": "c", "name": "x", "platforms": {"p": ["linux/amd64"], "q": "present"}, "fast": ["linux/amd64"],
           "fastWith": [{"variable": "V", "prefix": "x", "platforms": {"p": ["linux/arm"]}}], "override": "replace", "binaries": {"b": ["one"]},
           "binaryPath": {"windows/*": "w/{binary}", "*": "{os}_{arch}{variant}/{binary}"}, "environment": ["A"],
           "names": {"os": {"darwin": "macOS"}, "arch": {"amd64": "x86_64", "arm/v6": "armv6"}},
           "archive": {"root": "r", "owner": "0:0", "exclude": ["*~"], "mode": "normal", "mtime": 1, "level": 6},
           "flags": {"f": {"env": "F", "default": "y", "onWith": ["A"]}},
           "checksums": [{"file": "SUMS-{version}", "algorithm": "sha512"}, {"beside": ".sha256"}],
           "sets": {"s": [{"tree": "a", "flatten": true}, {"set": "t", "to": "x", "when": "f"}], "t": []}}
          """#),
      LayoutDocument(kind: .release, text: #"{"name": "x", "checksums": false}"#),
      LayoutDocument(
        kind: .tarball,
        text: #"""
          {"$schema": "s", "tarball": "a.tgz", "platforms": "p", "when": "f", "optional": true,
           "archive": {"root": "r", "owner": "0:0", "exclude": ["*~"], "mode": "normal", "mtime": 1, "level": 6},
           "names": {"os": {"darwin": "macOS"}, "arch": {"amd64": "x86_64", "arm/v6": "armv6"}}, "entries": []}
          """#),
      LayoutDocument(
        kind: .tarball, text: #"{"tarball": "a-{os}.tar.gz", "platforms": ["linux/amd64"], "entries": []}"#),
      LayoutDocument(
        kind: .tarball,
        text: #"""
          {"tarball": {"windows/*": "a.tar", "linux/arm/v6": "b.tgz", "*": "c.tar.gz"}, "platforms": "p",
           "archive": {"root": {"amd64": ".", "*": "r"}}, "entries": []}
          """#),
      LayoutDocument(
        kind: .tarball,
        text: #"""
          {"$schema": "s", "binary": "b", "file": {"windows/*": "b.exe", "*": "b-{os}"}, "platforms": "p", "when": "f",
           "mode": "0755", "names": {"os": {"darwin": "macOS"}}}
          """#),
      LayoutDocument(
        kind: .images,
        text: #"""
          {"$schema": "s", "registry": "r", "bases": {"base": "b"}, "repository": "{registry}/{name}", "tag": "t",
           "groups": {"g": []}}
          """#),
      LayoutDocument(
        kind: .images,
        text: #"""
          {"bases": {"base": "b"}, "oci": true, "defaults": {"base": "scratch", "labels": {"l": "v"}, "to": "bin", "platforms": "p"},
           "groups": {"g": {"defaults": {"base": "base", "tag": "t", "entries": [{"text": "a", "to": "b"}], "env": {"A": "b"},
             "user": "u", "names": ["n"], "when": "f"}, "images": [{"name": "n"}]}, "h": {"images": []}}}
          """#),
      LayoutDocument(
        kind: .images,
        text: #"""
          {"bases": {"base": {"amd64": "b", "*": "c"}, "other": {"ref": "b", "entries": [{"directory": "d"}]},
                     "third": {"ref": {"arm": "b"}}},
           "repository": {"amd64": "x"}, "groups": {}}
          """#),
    ] + image.map { LayoutDocument(kind: .images, text: #"{"bases": {"base": "b"}, "groups": {"g": [\#($0)]}}"#) }
    + entries.map {
      LayoutDocument(kind: .tarball, text: #"{"tarball": "a.tgz", "platforms": "p", "entries": [\#($0)]}"#)
    }
    + [#"{"tree": "a", "platforms": ["linux/amd64"]}"#, #"{"binaries": "b", "platforms": "p"}"#].map {
      LayoutDocument(kind: .tarball, text: #"{"tarball": "a.tgz", "entries": [\#($0)]}"#)
    }

  private static let image = [
    #"{"name": "n", "base": "base"}"#,
    #"{"binary": "one", "to": {"arm/v6": ".", "*": "a"}, "base": "base", "tag": {"amd64": "t", "*": "u"}}"#,
    #"{"name": "n", "base": "base", "file": {"amd64": "f.tar", "*": "{arch}.tar"}, "env": {"A": {"*": "b"}}}"#,
    #"{"name": "n", "base": "base", "cmd": [{"*": "c"}], "workdir": {"*": "/w"}, "user": {"arm": "u", "*": "v"}}"#,
    #"{"binary": "one", "to": "bin", "base": "base", "repository": "r", "tag": "t", "file": "f.tar"}"#,
    #"{"binary": "one", "base": "base", "outputs": ["stage", "images"], "env": {"A": "b"}, "cmd": ["c"]}"#,
    #"{"binary": "one", "base": "base", "env": ["A=b"], "entrypoint": ["e"], "workdir": "/w", "user": "u"}"#,
    #"{"binary": "one", "base": "base", "capabilities": ["cap_chown=ep"]}"#,
    #"{"name": "n", "base": "base", "entries": [{"binaries": "b", "owner": "1:2", "capabilities": ["cap_kill+p"]}]}"#,
    #"{"name": "n", "base": "base", "entries": [{"file": "a", "to": "b", "capabilities": []}, {"tree": "a", "capabilities": []}]}"#,
    #"{"binary": "one", "base": "base", "expose": ["80", "53/udp"], "volumes": ["/v"], "stopsignal": "SIGTERM"}"#,
    #"{"binary": "one", "base": "scratch", "annotations": {"a": "b"}, "names": ["r/{name}:{tag}"], "stopsignal": "9"}"#,
    #"{"$comment": "c", "binary": "one", "base": "base", "labels": {"l": "v"}, "platforms": "p", "when": "f"}"#,
    #"{"name": "n", "base": "scratch", "entries": [{"file": "a", "to": "b", "from": "base"}, {"tree": ".", "from": "base"}]}"#,
    #"{"binary": "one", "base": "base", "platforms": ["linux/amd64"], "entries": [{"file": "a", "to": "b"}]}"#,
  ]

  private static let entries = [
    #"{"binaries": "b", "to": "t", "optional": true, "mode": "0755", "unchecked": true, "overlay": true}"#,
    #"{"binaries": ["one"], "platforms": ["linux/*"], "when": "!f"}"#,
    #"{"binaries": "b", "rename": "{binary}-{os}"}"#,
    #"{"binaries": ["one", "two"], "rename": {"one": "three"}}"#,
    #"{"binaries": [{"windows/*": "two", "*": "one"}], "platforms": ["!linux/arm", "!windows/*"]}"#,
    #"{"file": {"windows/*": "f", "*": "g"}, "to": {"amd64": "t", "*": "u"}, "platforms": ["linux/*", "!linux/arm/v6"]}"#,
    #"{"tree": {"windows/*": ".", "*": "a"}}"#,
    #"{"paths": [{"windows/*": "a", "*": "b/c"}]}"#,
    #"{"text": {"windows/*": "", "*": "x"}, "to": "t"}"#,
    #"{"directory": {"windows/*": "a", "*": "b"}}"#,
    #"{"symlink": {"windows/*": "../a", "*": "b"}, "to": "t"}"#,
    #"{"git": {"windows/*": "HEAD", "*": "v1"}}"#,
    #"{"images": "g", "to": "t", "optional": true, "mode": "0755"}"#,
    #"{"images": ["one"]}"#,
    #"{"file": "f", "to": "t", "optional": true, "mode": "0755", "unchecked": true}"#,
    #"{"tree": "a", "to": "t", "include": ["i"], "exclude": ["e"], "optional": true, "mode": "755", "owner": "0:1"}"#,
    #"{"paths": ["a", "b/c"], "to": "t", "include": ["i"], "exclude": ["e"], "optional": true, "unchecked": true}"#,
    #"{"tree": ".", "flatten": true, "exclude": ["e"], "optional": "patterns"}"#,
    #"{"paths": ["a*", "b/**/[cd]?"]}"#,
    #"{"text": "x", "to": "t", "mode": "0644", "unchecked": false}"#,
    #"{"directory": "d", "mode": "0700", "platforms": "p"}"#,
    #"{"$comment": "c", "symlink": "s", "to": "t", "owner": "7:7"}"#,
    #"{"artifact": "src", "to": "t", "mode": "0600"}"#,
    #"{"set": "s", "to": "t", "overlay": true, "platforms": "p", "when": "f"}"#,
    #"{"git": "HEAD", "to": "t", "include": ["i"], "exclude": ["e"], "mode": "0755", "commitId": true}"#,
  ]
}
