package enum ZstdLibrary { package static var isThere: Bool { false } }
