// SPDX-License-Identifier: MIT
import FileTree

/// Why an optical image cannot be made or read.
public enum OpticalImageError: Error, Equatable, CustomStringConvertible {
    /// The volume name is empty, too long, or has a character that ISO 9660 does not allow.
    case volumeName(String)
    /// The path has a part that cannot be stored.
    case path(String, rule: String)
    /// The path is in the image already.
    case nameTaken(String)
    /// The path table cannot number so many folders.
    case tooManyFolders(Int)
    /// A host file cannot be read or written.
    case host(HostFileError)
    /// The boot loader's core image or boot record does not have the shape that GRUB's have.
    case bootLoader(reason: String)
    /// The image does not fit the 32-bit sector numbers of ISO 9660.
    case imageTooLarge(sectors: Int)
    /// A file that was to be read is not an image.
    case notAnImage(path: String)
    /// A field of an image breaks a rule.
    case malformed(path: String, offset: Int64, field: String, rule: String)
    /// The image uses what is not supported.
    case unsupported(path: String, offset: Int64, feature: String)
    /// The image has no such file.
    case noSuchFile(path: String, name: String)

    /// A message for people: what is wrong and what to do.
    public var description: String {
        switch self {
        case .volumeName(let name):
            "volume name \"\(name)\": use 1 to 32 letters, digits and _ - ."
        case .path(let path, let rule):
            "\(path): cannot be stored on the disc: \(rule)"
        case .nameTaken(let path):
            "\(path): the disc already has a file or folder of this name; rename one of them"
        case .tooManyFolders(let count):
            "\(count) folders: an image has at most 65535; leave some out"
        case .host(let error):
            error.description
        case .bootLoader(let reason):
            "boot loader: \(reason); install the packages grub-common and grub-pc-bin again"
        case .imageTooLarge(let sectors):
            "the image would need \(sectors) sectors, more than ISO 9660 can number; leave files out"
        case .notAnImage(let path):
            "\(path): not an ISO 9660 image: there is no volume descriptor at byte 32768"
        case .malformed(let path, let offset, let field, let rule):
            "\(path): at byte \(offset) (0x\(String(offset, radix: 16))): \(field) \(rule)"
        case .unsupported(let path, let offset, let feature):
            "\(path): at byte \(offset) (0x\(String(offset, radix: 16))): \(feature); this is not supported"
        case .noSuchFile(let path, let name):
            "\(path): has no \(name); \"apus iso list\" shows what there is"
        }
    }
}
