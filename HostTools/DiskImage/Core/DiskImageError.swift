// SPDX-License-Identifier: MIT

/// Why something cannot be done with a disk image.
public enum DiskImageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A field of the image breaks a rule of its format. `offset` is where the field lies in the file, in bytes.
    case malformed(file: String, offset: UInt64, field: String, rule: String)
    /// The image uses something that is left out on purpose.
    case unsupported(file: String, feature: String)
    /// The request does not suit this image.
    case refused(file: String, reason: String)
    /// The host's system refused an operation; `code` is its errno.
    case host(file: String, operation: String, code: Int32)
    /// Another process has the image open in a way that excludes what is asked.
    case inUse(file: String)
    /// An option or argument makes no sense.
    case usage(String)
    /// The user asked to stop.
    case interrupted

    /// A message for people: which file, what is wrong, what to do.
    public var description: String {
        switch self {
        case .malformed(let file, let offset, let field, let rule):
            "\(file): offset \(offset): \(field): \(rule)"
        case .unsupported(let file, let feature):
            "\(file): \(feature)"
        case .refused(let file, let reason):
            "\(file): \(reason)"
        case .host(let file, let operation, let code):
            "\(file): cannot \(operation): \(systemMessage(code))"
        case .inUse(let file):
            "\(file): another process is using this image; end it first (a reader may insist with -U)"
        case .usage(let message):
            message
        case .interrupted:
            "interrupted; nothing was left behind"
        }
    }
}
