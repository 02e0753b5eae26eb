// SPDX-License-Identifier: MIT
import FileTree

/// Why an archive or a container image cannot be read.
public enum ArchiveError: Error, Equatable, CustomStringConvertible, Sendable {
    /// A host file cannot be read.
    case host(HostFileError)
    /// A rule is broken at a byte of the archive, or of what it unpacks to.
    case malformed(archive: String, offset: Int64, rule: String)
    /// What it uses is not supported.
    case unsupported(archive: String, feature: String)
    /// A container image lacks a part, or one part contradicts another.
    case image(String, rule: String)

    /// What is wrong, and where.
    public var description: String {
        switch self {
        case .host(let error): error.description
        case .malformed(let archive, let offset, let rule): "\(archive): at byte \(offset): \(rule)"
        case .unsupported(let archive, let feature): "\(archive): \(feature) is not supported"
        case .image(let image, let rule): "\(image): \(rule)"
        }
    }
}
