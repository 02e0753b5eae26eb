// SPDX-License-Identifier: MIT

/// A bootable CD image that is also a bootable disk: ISO 9660 with Joliet names, El Torito, and a hybrid boot record.
///
/// Files are added by path; nothing is read or written before ``write(to:)``. The same files in the same order give
/// the same bytes: the image holds no clock time and no random number.
/// Sources: ECMA-119 (ISO 9660), the Joliet specification, the El Torito specification 1.0.
public struct OpticalImage: Sendable {
    /// Bytes in a sector of a CD: every address of the image counts these.
    public static let sectorSize = 2048

    /// What a file of the image holds.
    public enum Contents: Sendable {
        /// Bytes in memory.
        case bytes([UInt8])
        /// A file of the host, copied when the image is written.
        case file(path: String)
    }

    /// The name that a system shows for the disc: upper-case letters, digits and `_`, at most 16 characters.
    public let volumeName: String

    /// What makes the image bootable; nil leaves it a plain data disc.
    public var bootLoader: BootLoader?

    var tree = DirectoryTree()

    /// An empty image.
    /// - Throws: ``OpticalImageError/volumeName(_:)`` when the name does not suit both ISO 9660 and Joliet.
    public init(volumeName: String) throws(OpticalImageError) {
        let isValid = volumeName.utf8.allSatisfy(PrimaryNames.isPlainCharacter)
        guard isValid, (1...16).contains(volumeName.utf8.count) else { throw .volumeName(volumeName) }
        self.volumeName = volumeName
    }

    /// Adds a file under an absolute path such as `/boot/apus.elf`; folders appear as needed.
    /// - Throws: when the path cannot be stored, is taken, or the host's file cannot be read or is 4 GiB or longer.
    public mutating func add(_ path: String, _ contents: Contents) throws(OpticalImageError) {
        let size = try contents.size()
        guard size <= Int(UInt32.max) else { throw .fileTooLong(path: path, size: size) }
        try tree.add(path, contents, size: size)
    }
}
