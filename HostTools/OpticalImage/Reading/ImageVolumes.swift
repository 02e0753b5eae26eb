// SPDX-License-Identifier: MIT

/// What an image's volume descriptors say: where its catalogues begin, and what it boots (ECMA-119, section 8).
struct ImageVolumes {
    /// A catalogue of the image's files.
    struct Volume {
        /// The root's record.
        var root: FieldBytes
        /// Bytes that a sector number counts.
        var blockSize: Int64
        var name: String
    }

    private(set) var primary: Volume?
    private(set) var joliet: Volume?
    /// Where the boot catalogue lies, if there is one.
    private(set) var bootCatalogueSector: UInt32?

    /// No image has more descriptors.
    private static let maximumCount = 64

    init(_ image: ImageBytes) throws(OpticalImageError) {
        for index in 0..<Self.maximumCount {
            let offset = Int64((16 + index) * OpticalImage.sectorSize)
            guard index > 0 || image.size >= offset + Int64(OpticalImage.sectorSize) else {
                throw .notAnImage(path: image.path)
            }
            let descriptor = try image.bytes(at: offset, count: OpticalImage.sectorSize, of: "a volume descriptor")
            guard descriptor.bytes[1..<6].elementsEqual("CD001".utf8) else {
                if index == 0 { throw .notAnImage(path: image.path) }
                throw descriptor.malformed(1, "a volume descriptor's identifier", "is not CD001")
            }
            if descriptor.bytes[0] == 255 { break }
            try take(descriptor)
        }
        guard primary != nil else {
            throw .malformed(
                path: image.path, offset: 32_768, field: "the primary volume descriptor", rule: "is missing")
        }
    }

    private mutating func take(_ descriptor: FieldBytes) throws(OpticalImageError) {
        switch descriptor.bytes[0] {
        case 0 where descriptor.bytes[7...].starts(with: "EL TORITO SPECIFICATION".utf8):
            bootCatalogueSector = try descriptor.number(71, bytes: 4, "the boot catalogue's place")
        case 1 where primary == nil:
            primary = try Self.volume(descriptor, isJoliet: false)
        case 2 where joliet == nil && Self.isJoliet(descriptor.bytes):
            joliet = try Self.volume(descriptor, isJoliet: true)
        default: break
        }
    }

    /// The escape sequences of Joliet's three levels.
    private static func isJoliet(_ descriptor: [UInt8]) -> Bool {
        descriptor[88] == 0x25 && descriptor[89] == 0x2F && [0x40, 0x43, 0x45].contains(descriptor[90])
    }

    private static func volume(_ descriptor: FieldBytes, isJoliet: Bool) throws(OpticalImageError) -> Volume {
        let blockSize = try descriptor.number(128, bytes: 2, "the block size")
        guard [512, 1024, 2048].contains(blockSize) else {
            throw descriptor.malformed(128, "the block size", "is \(blockSize); it can be 512, 1024 or 2048")
        }
        let text = Array(descriptor.bytes[40..<72])
        let wide = stride(from: 0, to: 32, by: 2).map { UInt16(text[$0]) << 8 | UInt16(text[$0 + 1]) }
        let name = isJoliet ? String(decoding: wide, as: UTF16.self) : String(decoding: text, as: UTF8.self)
        return Volume(
            root: try descriptor.slice(156, 34, "the root folder's record"), blockSize: Int64(blockSize),
            name: String(name.reversed().drop { $0 == " " || $0 == "\0" }.reversed()))
    }
}
