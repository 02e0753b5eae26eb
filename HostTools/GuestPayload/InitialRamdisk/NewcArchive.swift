// SPDX-License-Identifier: MIT

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
        case trailer

        var typeBits: UInt32 {
            switch self {
            case .folder: 0o040000
            case .file: 0o100000
            case .symbolicLink: 0o120000
            case .device(.character): 0o020000
            case .device(.block): 0o060000
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
        append(path, entry, inode: entryCount, links: entry.kind == .folder ? 2 : 1)
    }

    /// The archive with its trailer, padded to blocks of 512 bytes.
    var finished: [UInt8] {
        var archive = self
        let attributes = InitialRamdisk.Attributes(permissions: 0)
        archive.append(Self.trailerName, Entry(kind: .trailer, attributes: attributes), inode: 0, links: 1)
        archive.pad(to: 512)
        return archive.bytes
    }

    private mutating func append(_ path: String, _ entry: Entry, inode: UInt32, links: UInt32) {
        let attributes = entry.attributes
        let fields: [UInt32] = [
            inode, entry.kind.typeBits | attributes.permissions, attributes.user, attributes.group, links,
            attributes.modificationTime, UInt32(entry.contents.count),
            0, 0, entry.kind.device.major, entry.kind.device.minor,
            UInt32(path.utf8.count + 1), 0,
        ]
        bytes += Array("070701".utf8)
        for field in fields { append(hexadecimal: field) }
        bytes += Array(path.utf8) + [0]
        pad(to: 4)
        bytes += entry.contents
        pad(to: 4)
    }

    private mutating func append(hexadecimal value: UInt32) {
        let digits = Array("0123456789abcdef".utf8)
        for shift in stride(from: UInt32(28), through: 0, by: -4) {
            bytes.append(digits[Int(value >> shift & 15)])
        }
    }

    private mutating func pad(to multiple: Int) {
        bytes += Array(repeating: 0, count: (multiple - bytes.count % multiple) % multiple)
    }
}
