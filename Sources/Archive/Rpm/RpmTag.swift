// The numbers of an rpm's header that kpack writes: rpm's include/rpm/rpmtag.h, rpmds.h and rpmfi.h.

/// A tag of a header.
package struct RpmTag: Hashable, Sendable {
  package let number: UInt32

  package init(_ number: UInt32) { self.number = number }

  package static let signatures = RpmTag(62)
  package static let immutable = RpmTag(63)
  package static let i18nTable = RpmTag(100)

  package static let name = RpmTag(1000)
  package static let version = RpmTag(1001)
  package static let release = RpmTag(1002)
  package static let epoch = RpmTag(1003)
  package static let summary = RpmTag(1004)
  package static let description = RpmTag(1005)
  package static let buildTime = RpmTag(1006)
  package static let buildHost = RpmTag(1007)
  package static let size = RpmTag(1009)
  package static let vendor = RpmTag(1011)
  package static let license = RpmTag(1014)
  package static let packager = RpmTag(1015)
  package static let group = RpmTag(1016)
  package static let url = RpmTag(1020)
  package static let os = RpmTag(1021)
  package static let arch = RpmTag(1022)
  package static let fileSizes = RpmTag(1028)
  package static let fileModes = RpmTag(1030)
  package static let fileDevices = RpmTag(1095)
  package static let fileInodes = RpmTag(1096)
  package static let fileRawDevices = RpmTag(1033)
  package static let fileTimes = RpmTag(1034)
  package static let fileDigests = RpmTag(1035)
  package static let fileLinks = RpmTag(1036)
  package static let fileFlags = RpmTag(1037)
  package static let fileUsers = RpmTag(1039)
  package static let fileGroups = RpmTag(1040)
  package static let sourceRPM = RpmTag(1044)
  package static let fileVerifyFlags = RpmTag(1045)
  package static let archiveSize = RpmTag(1046)
  package static let rpmVersion = RpmTag(1064)
  package static let fileLanguages = RpmTag(1097)
  package static let directoryIndexes = RpmTag(1116)
  package static let baseNames = RpmTag(1117)
  package static let directoryNames = RpmTag(1118)
  package static let payloadFormat = RpmTag(1124)
  package static let payloadCompressor = RpmTag(1125)
  package static let payloadFlags = RpmTag(1126)
  package static let longSize = RpmTag(5009)
  package static let fileCapabilities = RpmTag(5010)
  package static let fileDigestAlgorithm = RpmTag(5011)
  package static let encoding = RpmTag(5062)
  package static let payloadDigest = RpmTag(5092)
  package static let payloadDigestAlgorithm = RpmTag(5093)

  // Of the signature header: they share numbers with others.
  package static let signatureSize = RpmTag(1000)
  package static let signaturePayloadSize = RpmTag(1007)
  package static let signatureLongSize = RpmTag(270)
  package static let signatureLongArchiveSize = RpmTag(271)
  package static let signatureSHA256 = RpmTag(273)
}

/// What an rpm says of a file: bits (rpmfi.h, rpmfileAttrs).
package struct RpmFileFlags: OptionSet, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let config = RpmFileFlags(rawValue: 1 << 0)
  package static let doc = RpmFileFlags(rawValue: 1 << 1)
  package static let noReplace = RpmFileFlags(rawValue: 1 << 4)
  package static let ghost = RpmFileFlags(rawValue: 1 << 6)
  package static let license = RpmFileFlags(rawValue: 1 << 7)
}

/// What an rpm says of a relation: bits (rpmds.h, rpmsenseFlags).
package struct RpmSense: OptionSet, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let less = RpmSense(rawValue: 1 << 1)
  package static let greater = RpmSense(rawValue: 1 << 2)
  package static let equal = RpmSense(rawValue: 1 << 3)
  package static let interpreter = RpmSense(rawValue: 1 << 8)
  package static let scriptPre = RpmSense(rawValue: 1 << 9)
  package static let scriptPost = RpmSense(rawValue: 1 << 10)
  package static let scriptPreUn = RpmSense(rawValue: 1 << 11)
  package static let scriptPostUn = RpmSense(rawValue: 1 << 12)
  /// A feature of rpm itself.
  package static let rpmlib = RpmSense(rawValue: 1 << 24)
}
