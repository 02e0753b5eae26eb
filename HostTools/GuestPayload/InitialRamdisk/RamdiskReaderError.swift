// SPDX-License-Identifier: MIT

/// Why an initial ramdisk cannot be read.
public struct RamdiskReaderError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The file, as the user named it.
    public let file: String
    /// The byte at which the rule is broken: of the file, or of what a compressed part of it unpacks to.
    public let offset: Int
    /// What is wrong there.
    public let rule: String

    /// `file: at byte N: what is wrong`.
    public var description: String { "\(file): at byte \(offset): \(rule)" }
}
