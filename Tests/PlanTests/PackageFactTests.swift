// What packages say of themselves in the words of each format: versions, architectures, related packages.

@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct PackageFactTests {
  @Test(arguments: [
    ("1.7.4", "1.7.4"), ("v1.7.4", "1.7.4"), ("v1.8.0-beta.1", "1.8.0~beta.1"),
    ("v1.8.0-beta.1-5-gabc", "1.8.0~beta.1.5.gabc"), ("v1.7.4+abc-dirty", "1.7.4+abc.dirty"),
    ("1.7.4-rc.1+a-b", "1.7.4~rc.1+a.b"), ("2017.1", "2017.1"),
  ]) func `a version is the same in both formats`(text: String, version: String) throws {
    for format in PackageFormat.allCases { #expect(try PackageVersion.version(text, in: format) == version) }
  }

  @Test(arguments: [
    (PackageFormat.deb, "1_2", "version \"1_2\": expected letters, digits, '.', '+' and '~' in the version of a deb"),
    (.deb, "", "version \"\": expected letters, digits, '.', '+' and '~' in the version of a deb"),
    (.deb, "latest", "version \"latest\": expected a digit at the start of the version of a deb"),
    (.deb, "v", "version \"v\": expected a digit at the start of the version of a deb"),
    (.rpm, "1 2", "version \"1 2\": expected letters, digits, '.', '_', '+', '~' and '^' in the version of a rpm"),
    (.rpm, "1é", "version \"1é\": expected letters, digits, '.', '_', '+', '~' and '^' in the version of a rpm"),
  ]) func `a version that the format cannot have is refused`(format: PackageFormat, text: String, message: String) {
    #expect(throws: Diagnostic(.usage, message)) { try PackageVersion.version(text, in: format) }
  }

  @Test func `what rpm alone takes stays`() throws {
    #expect(try PackageVersion.version("1_2^3", in: .rpm) == "1_2^3")
    #expect(try PackageVersion.release("1.el9_4", in: .rpm) == "1.el9_4")
    #expect(
      throws: Diagnostic(.usage, "release \"1-1\": expected letters, digits, '.', '+' and '~' in the release of a deb")
    ) { try PackageVersion.release("1-1", in: .deb) }
  }

  @Test(arguments: [
    ("linux/amd64", "amd64", "x86_64"), ("linux/arm64", "arm64", "aarch64"), ("linux/386", "i386", "i686"),
    ("linux/arm/v5", "armel", "armv5tel"), ("linux/arm/v6", "armhf", "armv6hl"), ("linux/arm", "armhf", "armv7hl"),
    ("linux/arm/v7", "armhf", "armv7hl"), ("linux/ppc64le", "ppc64el", "ppc64le"), ("linux/s390x", "s390x", "s390x"),
    ("linux/riscv64", "riscv64", "riscv64"),
  ]) func `each format has its own word for an architecture`(platform: String, deb: String, rpm: String) throws {
    let parts = platform.split(separator: "/").map(String.init)
    let known = Platform(os: parts[0], architecture: parts[1], variant: parts.count > 2 ? parts[2] : nil)
    #expect(try PackageArchitecture.name(of: known, in: .deb) == deb)
    #expect(try PackageArchitecture.name(of: known, in: .rpm) == rpm)
  }

  @Test func `a package without a platform is for all, and one for another system is refused`() throws {
    #expect(try PackageArchitecture.name(of: nil, in: .deb) == "all")
    #expect(try PackageArchitecture.name(of: nil, in: .rpm) == "noarch")
    #expect(throws: Diagnostic(.usage, "a deb is for linux, not for windows/amd64")) {
      try PackageArchitecture.name(of: Platform(os: "windows", architecture: "amd64"), in: .deb)
    }
    #expect(throws: Diagnostic(.usage, "no rpm is known for linux/wasm")) {
      try PackageArchitecture.name(of: Platform(os: "linux", architecture: "wasm"), in: .rpm)
    }
  }

  @Test(arguments: [
    ("socat", "socat"), ("iptables (>= 1.4.21)", "iptables >= 1.4.21"), ("iptables(>=1.4.21)", "iptables >= 1.4.21"),
    ("iptables >= 1.4.21", "iptables >= 1.4.21"), ("ab (<< 2~)", "ab << 2~"), ("ab < 2", "ab << 2"),
    ("ab (> 2)", "ab >> 2"),
    ("ab | cd (= 1:2-3)", "ab, cd = 1:2-3"), ("python3:any", "python3:any"), ("  ab ", "ab"),
  ]) func `related packages are written as in Debian or as in rpm`(text: String, wanted: String) throws {
    for format in PackageFormat.allCases {
      let found = try PackageDependency.alternatives(text, in: format).map { part in
        part.name + (part.bound.map { " \($0.comparison.rawValue) \($0.version)" } ?? "")
      }
      #expect(found.joined(separator: ", ") == wanted)
    }
  }

  @Test(arguments: [
    "", " ", "|", "ab |", "ab cd", "ab (>= )", "ab (1)", "ab >= 1 2", "ab (=> 1)", "AB", "a_b", "ab (>= v1)", "ab:",
    "/bin/sh", "a",
  ]) func `what a deb cannot say of a package is refused`(text: String) {
    let message = "expected a package such as \"name\" or \"name (>= 1.2)\" in a deb, found \"\(text)\""
    #expect(throws: Diagnostic(.usage, message)) { try PackageDependency.alternatives(text, in: .deb) }
  }

  @Test(arguments: ["ab (>= 1:)", "ab (>= 1-)", "ab (>= 9999999999:1)", "ab (>= 1a:2)"])
  func `a version that dpkg does not take is refused`(text: String) {
    let message = "expected a package such as \"name\" or \"name (>= 1.2)\" in a deb, found \"\(text)\""
    #expect(throws: Diagnostic(.usage, message)) { try PackageDependency.alternatives(text, in: .deb) }
  }

  @Test(arguments: ["ab>=1", "(ab", "ab)", "<", "-", "ab >= 1:2:3", "ab >= 1-2-3", "ab >= -"])
  func `what rpm would take for another thing is refused`(text: String) {
    let message = "expected a package such as \"name\" or \"name (>= 1.2)\" in a rpm, found \"\(text)\""
    #expect(throws: Diagnostic(.usage, message)) { try PackageDependency.alternatives(text, in: .rpm) }
  }

  @Test(arguments: PackageRelation.allCases)
  func `only what a package wants has alternatives`(relation: PackageRelation) throws {
    let wants: [PackageRelation] = [.depends, .preDepends, .recommends, .suggests, .enhances]
    for format in PackageFormat.allCases {
      if wants.contains(relation) {
        #expect(try PackageDependency.alternatives("ab | cd", relation, in: format).count == 2)
      } else {
        #expect(throws: Diagnostic(.usage, "expected one package, without alternatives, found \"ab | cd\"")) {
          try PackageDependency.alternatives("ab | cd", relation, in: format)
        }
      }
    }
  }

  @Test func `a deb provides a version or none`() throws {
    #expect(try PackageDependency.alternatives("ab (= 1)", .provides, in: .deb).count == 1)
    let message = "expected \"name\" or \"name (= 1.2)\" in what a deb provides, found \"ab (>= 1)\""
    #expect(throws: Diagnostic(.usage, message)) {
      try PackageDependency.alternatives("ab (>= 1)", .provides, in: .deb)
    }
  }

  @Test(arguments: [#"{"artifact": "app", "to": "x"}"#, #"{"images": "g", "to": "x"}"#])
  func `a package holds nothing that the run makes`(entry: String) {
    let verb = entry.hasPrefix(#"{"artifact"#) ? "artifact" : "images"
    let package = #"{"name": "pp", "description": "d", "license": "l"}"#
    #expect(
      Rules.mistakes([
        "release": #"{"name": "x"}"#, "app": tarball([#"{"text": "x", "to": "y"}"#]),
        "pack": #"{"package": \#(package), "rpm": "p.rpm", "entries": [\#(entry)]}"#,
      ]).map { $0.replacing(#/^.*: entries/#, with: "entries") }.filter { $0.hasPrefix("entries[0].\(verb): stands") }
        == ["entries[0].\(verb): stands in tarballs alone; a package cannot hold it"])
  }

  @Test func `an rpm names files and what packages provide`() throws {
    for name in ["/bin/sh", "libc.so.6()(64bit)", "config(x)"] {
      #expect(try PackageDependency.alternatives(name, in: .rpm).map(\.name) == [name])
    }
  }
}
