// Capabilities of files: the text that setcap takes, and the value of the attribute that it writes for it.

@testable import Basics
import Testing

@Suite struct CapabilitiesTests {
  /// What setcap 2.66 writes, as `getfattr -e hex -n security.capability` shows it.
  @Test(arguments: [
    (["cap_net_bind_service=+ep"], "0100000200040000000000000000000000000000", "cap_net_bind_service=ep"),
    (["cap_chown,cap_fowner+p"], "0000000209000000000000000000000000000000", "cap_chown,cap_fowner=p"),
    (["cap_net_raw=i"], "0000000200000000002000000000000000000000", "cap_net_raw=i"),
    (["cap_bpf=ep"], "0100000200000000000000008000000000000000", "cap_bpf=ep"),
    (["cap_kill+ip", "cap_kill-i"], "0000000220000000000000000000000000000000", "cap_kill=p"),
    (["cap_kill+ip-i"], "0000000220000000000000000000000000000000", "cap_kill=p"),
    (["cap_chown=ep", "cap_kill=ei"], "0100000201000000200000000000000000000000", "cap_chown=ep cap_kill=ei"),
  ])
  func `a text becomes the value of the attribute`(clauses: [String], hex: String, text: String) throws {
    let capabilities = try Capabilities(clauses)
    #expect(Hex.text(of: capabilities.bytes) == hex)
    #expect(capabilities.text == text)
    #expect(Capabilities(bytes: capabilities.bytes) == capabilities)
    #expect(try Capabilities(text.split(separator: " ").map(String.init)) == capabilities)
  }

  @Test(arguments: [
    ("all=ep", CapabilitiesError.all), ("=ep", .all), ("", .all), ("cap_fly=ep", .name("cap_fly")),
    ("net_raw=ep", .name("net_raw")), ("CAP_CHOWN=p", .name("CAP_CHOWN")), ("cap_chown,=p", .name("")),
    ("cap_chown=p cap_kill=p", .flags), ("cap_chown", .noOperator), ("cap_chown+", .flags), ("cap_chown=x", .flags),
    ("cap_chown=e", .effectiveAlone), ("cap_chown=", .nothing), ("cap_chown=p-p", .nothing),
    ("cap_chown=\u{301}p", .flags),
  ])
  func `what is no text of capabilities of a file is refused`(clause: String, error: CapabilitiesError) {
    #expect(throws: error) { try Capabilities([clause]) }
  }

  @Test func `one file has one effective bit`() {
    #expect(throws: CapabilitiesError.effectiveForSome) { try Capabilities(["cap_chown=ep", "cap_kill=p"]) }
    #expect(throws: CapabilitiesError.nothing) { try Capabilities([]) }
  }

  @Test func `a value of revision 3 has the root of a user namespace behind it, others are not known`() throws {
    var bytes = try Capabilities(["cap_kill=ep"]).bytes
    bytes[3] = 3
    #expect(Capabilities(bytes: bytes) == nil)
    #expect(Capabilities(bytes: bytes + [1, 0, 0, 0])?.text == "cap_kill=ep")
    bytes[3] = 1
    #expect(Capabilities(bytes: Array(bytes.prefix(12))) == nil)
    #expect(Capabilities(bytes: []) == nil)
  }

  @Test func `a capability without a name is told by its number`() {
    let bytes: [UInt8] = [1, 0, 0, 2] + [0, 0, 0, 0] + [0, 0, 0, 0] + [0, 0, 0, 0x80] + [0, 0, 0, 0]
    #expect(Capabilities(bytes: bytes)?.text == "63=ep")
  }
}
