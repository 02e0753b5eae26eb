// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics

/// The options of the hypervisor's command line: words of the form `name=value`.
public struct Options: Sendable {
    /// `checks=on|off`: whether control blocks are validated before each entry.
    public var checks = true
    /// `audit=off|end|domains|MILLISECONDS`: when it is proved that every frame has one owner; nil for what goes with `checks`.
    public var audit: AuditSchedule?
    /// `loglevel=error|warning|info|debug`: how much the log shows.
    public var logLevel = LogLevel.info
    /// `sched_slice=MICROSECONDS`: how long a virtual CPU runs before the next one's turn, in nanoseconds.
    public var slice: UInt64 = 10_000_000
    /// `cpuid_vendor=amd|intel`: the vendor that CPUID shows to guests; nil for the processor's own.
    public var shownVendor: ProcessorVendor?

    /// `provoke=null-read|code-write|data-execute|stack-overflow|lock-order`: a fault of the hypervisor's own, to see that it is caught
    /// and reported.
    public var provocation: Provocation?

    /// When audits are made: with the checks on, when a domain has ended, unless the option says otherwise.
    public var auditSchedule: AuditSchedule { audit ?? (checks ? .whenDomainsEnd : .never) }

    /// A fault that the hypervisor is asked to commit.
    public enum Provocation: Sendable {
        /// Reading address 0.
        case nullRead
        /// Writing to code.
        case codeWrite
        /// Executing data.
        case dataExecute
        /// Using more stack than there is.
        case stackOverflow
        /// Taking a lock while one of a later rank is held.
        case lockOrder
    }

    /// The defaults.
    public init() {}

    /// The options that a command line sets. `unknown` is called with each word that means nothing here.
    public init(parsing text: Span<UInt8>, unknown: (Span<UInt8>) -> Void) {
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count && text[end] != UInt8(ascii: " ") { end &+= 1 }
            let word = text.extracting(start..<end)
            if word.count > 0 && !set(word) { unknown(word) }
            start = end &+ 1
        }
    }

    /// Sets the option that a word names. Returns false for a word that names none, or has a value that it cannot have.
    private mutating func set(_ word: Span<UInt8>) -> Bool {
        if word.isEqual(to: "checks=on") {
            checks = true
        } else if word.isEqual(to: "checks=off") {
            checks = false
        } else if let start = word.end(of: "sched_slice="), let microseconds = word.extracting(start...).decimal,
            microseconds > 0
        {
            slice = microseconds &* 1000
        } else if let start = word.end(of: "audit="), let schedule = AuditSchedule(word.extracting(start...)) {
            audit = schedule
        } else if let start = word.end(of: "loglevel="), let level = Options.level(word.extracting(start...)) {
            logLevel = level
        } else if word.isEqual(to: "cpuid_vendor=amd") {
            shownVendor = .amd
        } else if word.isEqual(to: "cpuid_vendor=intel") {
            shownVendor = .intel
        } else if let start = word.end(of: "provoke="), let provocation = Options.provocation(word.extracting(start...))
        {
            self.provocation = provocation
        } else {
            return false
        }
        return true
    }

    private static func provocation(_ name: Span<UInt8>) -> Provocation? {
        if name.isEqual(to: "null-read") { return .nullRead }
        if name.isEqual(to: "code-write") { return .codeWrite }
        if name.isEqual(to: "data-execute") { return .dataExecute }
        if name.isEqual(to: "stack-overflow") { return .stackOverflow }
        if name.isEqual(to: "lock-order") { return .lockOrder }
        return nil
    }

    private static func level(_ name: Span<UInt8>) -> LogLevel? {
        if name.isEqual(to: "error") { return .error }
        if name.isEqual(to: "warning") { return .warning }
        if name.isEqual(to: "info") { return .info }
        if name.isEqual(to: "debug") { return .debug }
        return nil
    }
}
