// SPDX-License-Identifier: MIT

/// How much a line of the log matters; `loglevel=` on the kernel's command line sets how much is shown.
public enum LogLevel: UInt8, Comparable, Sendable {
    /// Something went wrong.
    case error
    /// Something is odd and may go wrong.
    case warning
    /// What the hypervisor does.
    case info
    /// What one wants to know when looking for a fault.
    case debug

    /// Whether one level matters more than another.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
