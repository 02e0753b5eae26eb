// SPDX-License-Identifier: MIT
import Foundation

/// A line of the serial console, by who said it.
public enum ConsoleLine: Sendable, Equatable {
    /// The hypervisor's own: `(apus) text`.
    case hypervisor(String)
    /// A guest's: `(dN) text`.
    case domain(Int, String)
    /// From before the hypervisor's start: firmware, boot loader.
    case other(String)

    /// Sorts a line that has been made safe by ``TerminalText/plain(_:)``.
    public init(_ line: String) {
        if line.hasPrefix("(apus) ") {
            self = .hypervisor(String(line.dropFirst(7)))
        } else if let (domain, text) = Self.domain(line) {
            self = .domain(domain, text)
        } else {
            self = .other(line)
        }
    }

    private static func domain(_ line: String) -> (Int, String)? {
        guard line.hasPrefix("(d"), let close = line.firstIndex(of: ")") else { return nil }
        let digits = line[line.index(line.startIndex, offsetBy: 2)..<close]
        guard let number = Int(digits), (0...0x7FEF).contains(number) else { return nil }
        let text = line[line.index(after: close)...]
        return (number, String(text.hasPrefix(" ") ? text.dropFirst() : text))
    }
}

/// What the hypervisor's lines say about a run.
public enum ConsoleEvent: Sendable, Equatable {
    /// `d1 "name" ended: poweroff`
    case domainEnded(DomainEnd)
    /// `all domains have ended`
    case allEnded
    /// `FATAL ...`: the hypervisor itself failed.
    case fatal(String)
    /// `backtrace: 0x...`
    case backtrace(address: UInt64)

    /// What an event line says; nil for all other lines.
    public init?(_ text: String) {
        if text == "all domains have ended" {
            self = .allEnded
        } else if text.hasPrefix("FATAL") {
            self = .fatal(text)
        } else if text.hasPrefix("backtrace: 0x"), let address = UInt64(text.dropFirst(13), radix: 16) {
            self = .backtrace(address: address)
        } else if let end = DomainEnd(text) {
            self = .domainEnded(end)
        } else {
            return nil
        }
    }
}

/// The end of a domain, as the hypervisor reports it.
public struct DomainEnd: Sendable, Equatable {
    public var domain: Int
    public var name: String
    /// `poweroff`, `reboot`, `suspend`, `crash`, `watchdog`, `soft_reset`, or `destroyed: WHY`.
    public var reason: String

    /// Whether the domain ended as a guest that is done with its work does.
    public var isGood: Bool { ["poweroff", "reboot", "suspend", "soft_reset"].contains(reason) }

    init?(_ text: String) {
        guard text.hasPrefix("d"), let quote = text.range(of: " \""), let end = text.range(of: "\" ended: ") else {
            return nil
        }
        guard let domain = Int(text[text.index(after: text.startIndex)..<quote.lowerBound]),
            quote.upperBound <= end.lowerBound
        else { return nil }
        self.domain = domain
        name = String(text[quote.upperBound..<end.lowerBound])
        reason = String(text[end.upperBound...])
    }
}
