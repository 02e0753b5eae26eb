// SPDX-License-Identifier: MIT
import FileTree

/// The bytes of a cpio archive in the "newc" form: for each entry a header of 110 ASCII characters, its name and its
/// contents, the latter two padded to 4 bytes.
struct NewcArchive {
    /// The name of the entry that ends an archive.
    static let trailerName = "TRAILER!!!"

    /// What an entry is; the raw type bits are those of `stat(2)`.
    enum Kind: Equatable {
        case folder
        case file
        case symbolicLink
        case device(InitialRamdisk.Device)
        case pipe
        case socket
        case trailer

        /// The kind of a tree's node.
        init(_ kind: FileTree.Kind) {
            self =
                switch kind {
                case .folder: .folder
                case .file: .file
                case .symbolicLink: .symbolicLink
                case .characterDevice(let number): .device(.character(major: number.major, minor: number.minor))
                case .blockDevice(let number): .device(.block(major: number.major, minor: number.minor))
                case .pipe: .pipe
                case .socket: .socket
                }
        }

        var typeBits: UInt32 {
            switch self {
            case .folder: 0o040000
            case .file: 0o100000
            case .symbolicLink: 0o120000
            case .device(.character): 0o020000
            case .device(.block): 0o060000
            case .pipe: 0o010000
            case .socket: 0o140000
            case .trailer: 0
            }
        }

        /// The device's numbers.
        var device: (major: UInt32, minor: UInt32) {
            switch self {
            case .device(.character(let major, let minor)), .device(.block(let major, let minor)): (major, minor)
            default: (0, 0)
            }
        }
    }

    struct Entry {
        let kind: Kind
        let attributes: InitialRamdisk.Attributes
        var contents: [UInt8] = []
    }

    private var bytes: [UInt8] = []
    private var entryCount: UInt32 = 0

    /// The size so far, in bytes.
    var count: Int { bytes.count }

    /// Appends an entry. Its inode number is its place in the archive, from 1.
    mutating func append(_ path: String, _ entry: Entry) {
        entryCount += 1
        bytes += Self.header(
            Array(path.utf8), kind: entry.kind, attributes: entry.attributes, size: UInt32(entry.contents.count),
            inode: entryCount, links: entry.kind == .folder ? 2 : 1)
        bytes += entry.contents
        pad(to: 4)
    }

    /// The archive with its trailer, padded to blocks of 512 bytes.
    var finished: [UInt8] {
        var archive = self
        archive.bytes += Self.trailer
        archive.pad(to: 512)
        return archive.bytes
    }

    /// The entry that ends an archive.
    static var trailer: [UInt8] {
        header(
            Array(trailerName.utf8), kind: .trailer, attributes: InitialRamdisk.Attributes(permissions: 0), size: 0,
            inode: 0, links: 1)
    }

    /// An entry's header and name, padded to 4 bytes. It has to begin at a multiple of 4.
    static func header(
        _ name: [UInt8], kind: Kind, attributes: InitialRamdisk.Attributes, size: UInt32, inode: UInt32, links: UInt32
    ) -> [UInt8] {
        let fields: [UInt32] = [
            inode, kind.typeBits | attributes.permissions, attributes.user, attributes.group, links,
            attributes.modificationTime, size, 0, 0, kind.device.major, kind.device.minor, UInt32(name.count + 1), 0,
        ]
        let header = Array("070701".utf8) + fields.flatMap(hexadecimal) + name + [0]
        return header + [UInt8](repeating: 0, count: -header.count & 3)
    }

    private static func hexadecimal(_ value: UInt32) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return stride(from: UInt32(28), through: 0, by: -4).map { digits[Int(value >> $0 & 15)] }
    }

    private mutating func pad(to multiple: Int) {
        bytes += Array(repeating: 0, count: (multiple - bytes.count % multiple) % multiple)
    }
}
