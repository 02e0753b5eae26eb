// SPDX-License-Identifier: MIT

/// Why an optical image cannot be made.
public enum OpticalImageError: Error, Equatable, CustomStringConvertible {
    /// The volume name is empty, too long, or has a character that ISO 9660 does not allow.
    case volumeName(String)
    /// The path has a part that cannot be stored.
    case path(String, rule: String)
    /// Two paths would have the same name on the disc.
    case nameTaken(String)
    /// ISO 9660 stores a file's size in 32 bits.
    case fileTooLong(path: String, size: Int)
    /// A host file cannot be read.
    case unreadable(path: String, reason: String)
    /// A host file changed its size after it was added.
    case sizeChanged(path: String, was: Int, now: Int)
    /// The boot loader's core image or boot record does not have the shape that GRUB's have.
    case bootLoader(reason: String)
    /// The image does not fit the 32-bit sector numbers of ISO 9660.
    case imageTooLarge(sectors: Int)
    /// The image cannot be written.
    case unwritable(path: String, reason: String)

    /// A message for people: what is wrong and what to do.
    public var description: String {
        switch self {
        case .volumeName(let name):
            "volume name \"\(name)\": use 1 to 16 of the characters A-Z, 0-9 and _"
        case .path(let path, let rule):
            "\(path): cannot be stored on the disc: \(rule)"
        case .nameTaken(let path):
            "\(path): the disc already has a file or folder of this name; rename one of them"
        case .fileTooLong(let path, let size):
            "\(path): \(size) bytes; a file on the disc must be smaller than 4 GiB"
        case .unreadable(let path, let reason):
            "\(path): cannot be read: \(reason)"
        case .sizeChanged(let path, let was, let now):
            "\(path): had \(was) bytes and now has \(now); run again when nothing writes to it"
        case .bootLoader(let reason):
            "boot loader: \(reason); install the packages grub-common and grub-pc-bin again"
        case .imageTooLarge(let sectors):
            "the image would need \(sectors) sectors, more than ISO 9660 can number; leave files out"
        case .unwritable(let path, let reason):
            "\(path): cannot be written: \(reason)"
        }
    }
}
