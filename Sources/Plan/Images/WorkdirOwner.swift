// Who owns a working directory that an image says and nothing brings: the user that the image says, as BuildKit has it.

import Basics

/// The owner of a working directory that is made for an image.
struct WorkdirOwner {
  /// The numbers of the user; 0:0 for a user with a name, which only the image's own passwd could tell.
  let owner: Owner
  /// Whether `WORKDIR` in a Dockerfile makes the same folder with every builder: those before BuildKit make it for
  /// root whatever the user, BuildKit for the one that is said before, which is the base's.
  let isOfEveryBuilder: Bool

  /// `base` is the base's user, `image` the one that the image says, if it says one.
  init(base: String?, image: String?) {
    owner = Self.owner(image ?? base ?? "")
    isOfEveryBuilder = owner == .root && Self.isRoot(base ?? "")
  }

  private static func isRoot(_ user: String) -> Bool { user.isEmpty || owner(user) == .root && isNumbered(user) }

  private static func isNumbered(_ user: String) -> Bool {
    user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).allSatisfy { number($0) != nil }
  }

  /// BuildKit (client/llb, `parseUID`, and solver/llbsolver/file, `readUser`): a user without a group has the group of
  /// its own number.
  private static func owner(_ user: String) -> Owner {
    let parts = user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let uid = number(first) else { return .root }
    return Owner(uid: uid, gid: parts.count == 1 ? uid : number(parts[1]) ?? 0)
  }

  private static func number(_ text: Substring) -> UInt32? {
    if text == "root" { return 0 }
    return text.utf8.allSatisfy(\.isDigit) ? UInt32(text) : nil
  }
}
