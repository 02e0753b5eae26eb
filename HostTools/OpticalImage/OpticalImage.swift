// SPDX-License-Identifier: MIT
import FileTree

/// A CD image that can also be a bootable disk: ISO 9660 with Rock Ridge and Joliet, El Torito, and a hybrid boot record.
///
/// Files are added by path, or as a whole tree; nothing is read or written before ``write(to:progress:)``. The same
/// files give the same bytes: the image holds no random number, and no clock time unless it is asked for.
/// Sources: ECMA-119 (ISO 9660), the Joliet specification, IEEE P1281 and P1282 (SUSP and Rock Ridge 1.12), the El Torito
/// specification 1.0.
public struct OpticalImage: Sendable {
    /// Bytes in a sector of a CD: every address of the image counts these.
    public static let sectorSize = 2048

    /// Which dates the image has.
    public enum Dates: Sendable, Equatable {
        /// All files, and the image itself, have this one, in seconds since the start of 1970.
        case fixed(Int64)
        /// Files have their own, or `latest` where theirs is later; the image has the latest of all.
        case own(latest: Int64?)

        /// 1 January 2000, for images whose date nobody has given.
        public static let standard = Dates.fixed(946_684_800)
    }

    /// The name that a system shows for the disc: letters, digits, `_`, `-` and `.`, at most 32. Joliet has the first 16.
    public let volumeName: String

    /// What makes the image bootable; nil leaves it a plain data disc.
    public var bootLoader: BootLoader?

    /// Sectors of which the image's length is a multiple.
    public var lengthUnit: UInt32 = 1

    /// Which dates the image has.
    public var dates = Dates.standard

    /// The files of the image.
    public var tree: FileTree

    /// An image of a tree of files, or an empty one.
    /// - Throws: ``OpticalImageError/volumeName(_:)`` when the name does not suit both ISO 9660 and Joliet.
    public init(volumeName: String, tree: FileTree = FileTree()) throws(OpticalImageError) {
        let isValid = volumeName.utf8.allSatisfy { PrimaryNames.isPlainCharacter($0 & ~0x20) || Self.isName($0) }
        guard isValid, (1...32).contains(volumeName.utf8.count) else { throw .volumeName(volumeName) }
        self.volumeName = volumeName
        self.tree = tree
    }

    private static func isName(_ byte: UInt8) -> Bool {
        PrimaryNames.isPlainCharacter(byte) || "-.".utf8.contains(byte)
    }

    /// Adds a file under an absolute path such as `/boot/apus.elf`; folders appear as needed.
    /// - Throws: when the path is none, is taken, or the file is too long.
    public mutating func add(_ path: String, _ contents: FileContents) throws(OpticalImageError) {
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.contains("//"), let place = TreePath(path),
            !place.names.isEmpty
        else { throw .path(path, rule: "it must begin with / and name a file") }
        var isTaken = false
        do throws(FileTreeError) {
            isTaken = try tree.find(place) != nil
            if !isTaken { try tree.add(FileTree.Node(.file(contents), FileAttributes(permissions: 0o644)), at: place) }
        } catch {
            throw .path(path, rule: error.description)
        }
        if isTaken { throw .nameTaken(path) }
    }
}
