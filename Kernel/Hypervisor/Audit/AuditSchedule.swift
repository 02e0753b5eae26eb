// SPDX-License-Identifier: MIT

/// When audits are made.
public enum AuditSchedule: Equatable, Sendable {
    /// Not at all.
    case never
    /// When the last domain has ended.
    case atEnd
    /// When a domain has ended.
    case whenDomainsEnd
    /// Then, and each time so many nanoseconds have passed.
    case every(UInt64)

    /// What the option `audit=` says: `off`, `end`, `domains`, or a number of milliseconds. Nil when it says nothing of this.
    init?(_ text: Span<UInt8>) {
        if text.isEqual(to: "off") {
            self = .never
        } else if text.isEqual(to: "end") {
            self = .atEnd
        } else if text.isEqual(to: "domains") {
            self = .whenDomainsEnd
        } else if let milliseconds = text.decimal, milliseconds > 0 {
            self = .every(milliseconds &* 1_000_000)
        } else {
            return nil
        }
    }
}
