// The new layer of an image: the entries that its base's rules bring, the executable, and the image's own entries.

import Archive
import Basics
import Image
import Layout

/// The new layer of an image.
struct ImageLayer {
  /// The draft that has the numbers of the entries' sources and origins.
  let draft: Draft
  let entries: TarEntryList

  /// Goes through the rules of `image`. `base` are the files of its base, `user` is the base's user.
  ///
  /// Throws the last mistake about entries that do not fit on the base; all others are added to `said`.
  init(
    _ image: ScopedImage, on base: FileTable, user: String?, _ changes: SettingChanges, _ context: DraftContext,
    _ said: inout Diagnostics
  ) throws {
    let rule = image.rule
    let subject = TemplateSubject(platform: image.key.platform, image: rule)
    let time = try context.facts.mtime(context.facts.layouts.release.archive.mtime)
    var draft = Draft(rule.name, EntryStyle(mtime: time, keepsCapabilities: true), base: base)
    draft.add(image.baseRules, subject, in: context)
    if let binary = rule.binary {
      let number = draft.number(of: EntryOrigin(origin: rule.origin, isChosenByPlatform: true))
      let to = try context.facts.choice(rule.to, on: image.key.platform)
      let options = RuleOptions(to: to.text == "." ? nil : to, capabilities: rule.capabilities)
      let place = RulePlace(
        origin: rule.origin, number: number, options: options, subject: subject, facts: context.facts)
      draft.add(BinariesVerb(binary), at: place, in: context)
    }
    draft.add(image.rules, subject, in: context)
    if let directory = changes.workingDirectory {
      draft.add(
        workingDirectory: directory, of: WorkdirOwner(base: user, image: changes.user), for: rule, on: base)
    }
    entries = draft.finish(as: "image \(rule.name) for \(image.key.platform)")
    self.draft = draft
    said.add(draft.said)
    let mistakes = (0..<entries.count).compactMap { mistake(at: $0, in: rule, on: base) }
    for mistake in mistakes.dropLast() { said.refuse(mistake) }
    // A layer that does not fit on its base is not checked further.
    if let last = mistakes.last { throw last }
  }

  /// Why an entry cannot be in a layer on `base`; nil when it can.
  private func mistake(at index: Int, in image: ImageRule, on base: FileTable) -> Diagnostic? {
    let name = entries.name(at: index)
    let isFolder = entries.kind(at: index) == .directory
    let bare = isFolder ? name.dropLast() : name
    let place = "image \(image.name): \(escapedName(bare))"
    let origin = draft.origin(of: entries.origin(at: index))?.origin ?? image.origin
    let last = bare.split(separator: UInt8(ascii: "/")).last ?? bare
    // Such names mark removed files in a layer (image-spec, layer.md, "Whiteouts").
    if last.starts(with: ".wh.".utf8) {
      let reason = "names that begin with \".wh.\" remove files in a layer"
      return Diagnostic(.usage, "\(place): \(reason)", at: origin)
    }
    guard let known = base[Array(bare)], (known.kind == .directory) != isFolder else { return nil }
    let (found, wanted) = isFolder ? ("a file", "a folder") : ("a folder", "a file")
    return Diagnostic(.usage, "\(place): is \(found) in the base, and \(wanted) here", at: origin)
  }
}

extension Draft {
  /// Makes the working directory, unless the base or a rule does. Links of both are followed.
  ///
  /// Where builders give it different owners, it counts as named by a rule, so that the Dockerfile's archive brings it.
  fileprivate mutating func add(
    workingDirectory: String, of owner: WorkdirOwner, for image: ImageRule, on base: FileTable
  ) {
    let files = base.covered(by: entriesSoFar)
    let named = Array(workingDirectory.utf8)
    guard let path = files.resolve(named), (files[path]?.kind ?? .directory) == .directory else {
      let obstacle = files.obstacle(on: named) == .loop ? "a loop of links" : "a file"
      let reason = "\(obstacle) is in its way"
      let place = "image \(image.name): the workdir \(quoted(workingDirectory))"
      said.refuse(Diagnostic(.usage, "\(place) can be no folder: \(reason)", at: image.origin))
      return
    }
    if files[path] != nil { return }
    // The origin is the image, for a mistake when something else is in the folder's place.
    collector.add(
      missingFolder: path, owner: owner.owner, neededBy: number(of: EntryOrigin(origin: image.origin)),
      isNamed: !owner.isOfEveryBuilder)
  }
}

/// The owner of a working directory that is made for an image.
struct WorkdirOwner {
  /// The numbers of the user; 0:0 for a user with a name, because only the image's own passwd has its number.
  let owner: Owner
  /// Whether `WORKDIR` in a Dockerfile makes the same folder with every builder. Builders before BuildKit make it for
  /// root; BuildKit makes it for the user that is set before it, which is the base's.
  let isOfEveryBuilder: Bool

  /// `base` is the base's user, `image` the one that the image sets, if any.
  init(base: String?, image: String?) {
    owner = Self.owner(image ?? base ?? "")
    isOfEveryBuilder = owner == .root && Self.isRoot(base ?? "")
  }

  private static func isRoot(_ user: String) -> Bool { user.isEmpty || owner(user) == .root && isNumbered(user) }

  private static func isNumbered(_ user: String) -> Bool {
    user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).allSatisfy { number($0) != nil }
  }

  /// As BuildKit does it (client/llb, `parseUID`, and solver/llbsolver/file, `readUser`): a user without a group gets
  /// the group of the same number.
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
