// The capabilities of an executable file (capabilities(7), "File capabilities"): parts of root's rights that a program
// gets when it is started. Read from the text that setcap takes, written as the value of the file's attribute.

/// The capabilities of a file.
package struct Capabilities: Equatable, Sendable {
  /// Bit N is the capability of this number in linux/capability.h.
  private var permitted: UInt64 = 0
  private var inheritable: UInt64 = 0
  private var effective: UInt64 = 0

  /// The name of the attribute that has them.
  package static let attribute = "security.capability"

  /// No capabilities.
  private init() {}

  /// The capabilities that `clauses` give one after the other, each in the words of cap_from_text(3):
  /// "cap_net_bind_service=+ep", "cap_chown,cap_fowner+p".
  ///
  /// "all", and a clause without names, which means all, are refused: which ones these are depends on the machine. So is
  /// what a file cannot have: it has one effective bit for all of its capabilities.
  package init(_ clauses: [String]) throws(CapabilitiesError) {
    self.init()
    for clause in clauses { try apply(clause.utf8[...]) }
    let held = permitted | inheritable
    if effective & ~held != 0 { throw .effectiveAlone }
    if effective != 0 && effective != held { throw .effectiveForSome }
    if held == 0 { throw .nothing }
  }

  /// One clause: names with commas between them, then operators with flags.
  private mutating func apply(_ clause: Substring.UTF8View) throws(CapabilitiesError) {
    let names = clause.prefix { !Self.isOperator($0) }
    if names.isEmpty || names.elementsEqual("all".utf8) { throw .all }
    var bits: UInt64 = 0
    for name in names.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard let number = Self.names.firstIndex(where: { name.elementsEqual($0.utf8) }) else {
        throw .name(String(decoding: Array(name), as: UTF8.self))
      }
      bits |= 1 << UInt64(number)
    }
    var actions = clause[names.endIndex...]
    if actions.isEmpty { throw .noOperator }
    while let sign = actions.first {
      let flags = actions.dropFirst().prefix { !Self.isOperator($0) }
      guard flags.allSatisfy({ "eip".utf8.contains($0) }) else { throw .flags }
      if flags.isEmpty && sign != UInt8(ascii: "=") { throw .flags }
      if sign == UInt8(ascii: "=") { change(bits, "eip".utf8, to: false) }
      change(bits, flags, to: sign != UInt8(ascii: "-"))
      actions = actions[flags.endIndex...]
    }
  }

  private static func isOperator(_ byte: UInt8) -> Bool { "=+-".utf8.contains(byte) }

  private mutating func change(_ bits: UInt64, _ flags: some Sequence<UInt8>, to isOn: Bool) {
    func changed(_ set: UInt64) -> UInt64 { isOn ? set | bits : set & ~bits }
    for flag in flags {
      switch flag {
      case UInt8(ascii: "e"): effective = changed(effective)
      case UInt8(ascii: "i"): inheritable = changed(inheritable)
      default: permitted = changed(permitted)
      }
    }
  }

  /// The value of the attribute: VFS_CAP_REVISION_2 of linux/capability.h, little-endian.
  package var bytes: [UInt8] {
    let words = [
      Self.revision2 | (effective == 0 ? 0 : Self.effectiveBit), permitted & 0xFFFF_FFFF, inheritable & 0xFFFF_FFFF,
      permitted >> 32, inheritable >> 32,
    ]
    return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  private static let revision2: UInt64 = 0x0200_0000
  private static let revision3: UInt64 = 0x0300_0000
  private static let effectiveBit: UInt64 = 1

  /// The capabilities that the value of an attribute says, of revision 2, or 3, which has the root of a user namespace
  /// behind them; nil for another value.
  package init?(bytes: [UInt8]) {
    self.init()
    guard bytes.count == 20 || bytes.count == 24 else { return nil }
    let words = (0..<5).map { word in (0..<4).reduce(0) { $0 | UInt64(bytes[4 * word + $1]) << UInt64(8 * $1) } }
    guard words[0] & ~Self.effectiveBit == (bytes.count == 20 ? Self.revision2 : Self.revision3) else { return nil }
    permitted = words[1] | words[3] << 32
    inheritable = words[2] | words[4] << 32
    if words[0] & Self.effectiveBit != 0 { effective = permitted | inheritable }
  }

  /// The text that gives them again: "cap_chown,cap_fowner=ep".
  package var text: String {
    var groups: [(flags: String, names: [String])] = []
    for bit in UInt64(0)..<64 {
      let isIn = { (set: UInt64) in set >> bit & 1 != 0 }
      let flags = (isIn(effective) ? "e" : "") + (isIn(inheritable) ? "i" : "") + (isIn(permitted) ? "p" : "")
      if flags.isEmpty { continue }
      let name = Int(bit) < Self.names.count ? Self.names[Int(bit)] : "\(bit)"
      if let index = groups.firstIndex(where: { $0.flags == flags }) {
        groups[index].names.append(name)
      } else {
        groups.append((flags, [name]))
      }
    }
    return groups.map { "\($0.names.joined(separator: ","))=\($0.flags)" }.joined(separator: " ")
  }

  /// By number, as linux/capability.h has them.
  private static let names = [
    "cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid", "cap_kill", "cap_setgid",
    "cap_setuid", "cap_setpcap", "cap_linux_immutable", "cap_net_bind_service", "cap_net_broadcast", "cap_net_admin",
    "cap_net_raw", "cap_ipc_lock", "cap_ipc_owner", "cap_sys_module", "cap_sys_rawio", "cap_sys_chroot",
    "cap_sys_ptrace", "cap_sys_pacct", "cap_sys_admin", "cap_sys_boot", "cap_sys_nice", "cap_sys_resource",
    "cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease", "cap_audit_write", "cap_audit_control",
    "cap_setfcap", "cap_mac_override", "cap_mac_admin", "cap_syslog", "cap_wake_alarm", "cap_block_suspend",
    "cap_audit_read", "cap_perfmon", "cap_bpf", "cap_checkpoint_restore",
  ]
}

/// A text that is not one of capabilities that a file can have.
package enum CapabilitiesError: Error, Equatable, Sendable, CustomStringConvertible {
  case all
  case name(String)
  case noOperator
  case flags
  case effectiveAlone
  case effectiveForSome
  case nothing

  package var description: String {
    switch self {
    case .all: "expected the names of capabilities, because what \"all\" means depends on the machine"
    case .name(let name): "expected the name of a capability such as \"cap_net_bind_service\", found \(quoted(name))"
    case .noOperator: "expected \"=\", \"+\" or \"-\" after the names, as in \"cap_net_bind_service=+ep\""
    case .flags: "expected the flags \"e\", \"i\" and \"p\" after an operator, as in \"cap_net_bind_service=+ep\""
    case .effectiveAlone: "a capability is effective that is neither permitted nor inheritable"
    case .effectiveForSome: "some capabilities are effective and others are not, and a file has one bit for all"
    case .nothing: "gives no capability; [] is for none"
    }
  }
}
