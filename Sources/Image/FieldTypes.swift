// What engines take in the fields of documents, those that kpack only carries along too: of a config with a field of
// another type it would make an image that no engine loads.
// OCI image-spec, config.md, descriptor.md, manifest.md; moby, image-spec v1.2, api/types/container (`Config`) and
// image/image.go (`V1Image`).

private import JSON

/// The type of a field. Null and absence are allowed everywhere.
indirect enum FieldType: Sendable {
  /// Whatever the reader of the field says.
  case any
  case string, bool, integer
  case list(FieldType)
  /// An object with keys of the image's own.
  case map(FieldType)
  /// An object with these fields, and others that nobody reads.
  case object([(key: String, type: FieldType)])

  private static let strings = list(.string)
  private static let keys = map(.object([]))

  static let config = object([
    ("created", .any), ("author", .string), ("os.features", strings), ("config", settings),
    ("history", .list(historyItem)), ("docker_version", .string), ("container", .string),
    ("container_config", settings), ("parent", .string), ("id", .string), ("comment", .string), ("Size", .integer),
  ])

  private static let historyItem = object([
    // A time that is none is replaced.
    ("created", .any), ("created_by", .string), ("comment", .string), ("author", .string), ("empty_layer", .bool),
  ])

  private static let settings = object([
    ("Env", strings), ("Cmd", strings), ("Entrypoint", strings), ("WorkingDir", .string), ("User", .string),
    ("Labels", .map(.string)), ("OnBuild", strings), ("Shell", strings), ("ExposedPorts", keys), ("Volumes", keys),
    ("StopSignal", .string), ("StopTimeout", .integer), ("Healthcheck", healthcheck), ("ArgsEscaped", .bool),
    ("Hostname", .string), ("Domainname", .string), ("Image", .string), ("MacAddress", .string),
    ("AttachStdin", .bool), ("AttachStdout", .bool), ("AttachStderr", .bool), ("Tty", .bool), ("OpenStdin", .bool),
    ("StdinOnce", .bool), ("NetworkDisabled", .bool), ("Memory", .integer), ("MemorySwap", .integer),
    ("CpuShares", .integer),
  ])

  private static let healthcheck = object([
    ("Test", strings), ("Interval", .integer), ("Timeout", .integer), ("StartPeriod", .integer),
    ("StartInterval", .integer), ("Retries", .integer),
  ])

  static let descriptor = object([
    ("artifactType", .string), ("urls", strings), ("data", .any), ("platform", .object([("os.features", strings)])),
  ])

  /// An item of manifest.json (moby, daemon/internal/image/tarexport, `manifestItem`).
  static let item = object([
    ("Config", .string), ("RepoTags", .any), ("Layers", strings), ("Parent", .string),
    ("LayerSources", .map(descriptor)),
  ])

  /// What manifests and indexes have alike.
  static let manifest = object([("artifactType", .string), ("subject", descriptor), ("annotations", .map(.string))])
}

extension DocumentField {
  /// Throws `ImageError` unless the field, which is not null, is of `type` with all that `type` tells of.
  func check(_ type: FieldType) throws(ImageError) {
    switch type {
    case .any: break
    case .string: _ = try string()
    case .bool: _ = try bool()
    case .integer: _ = try integer()
    case .list(let type): for element in try presentElements() { try element.check(type) }
    case .map(let type): for (_, field) in try members() { try field.check(type) }
    case .object(let fields):
      guard case .object(_) = value.kind else { throw error("expected an object") }
      for (key, type) in fields { try member(key)?.check(type) }
    }
  }
}
