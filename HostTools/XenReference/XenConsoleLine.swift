// SPDX-License-Identifier: MIT
import Emulator

/// A line of the serial console of a machine that runs the real Xen, by who said it.
public enum XenConsoleLine: Sendable, Equatable {
    /// A guest's, through `console_io` or port 0xE9: `(dN) text`.
    case domain(Int, String)
    /// A guest's, through its console ring. Shown after its end; a guest may have said the same in the other way.
    case ring(Int, String)
    /// The control domain is about to build a group whose first domain has this number.
    case starting(Int)
    /// How long it took to build a domain and to let it run, in nanoseconds of the machine.
    case created(Int, nanoseconds: Int)
    /// The group's domains run from here on.
    case running([Int])
    /// What became of a domain; nil when it still ran at the end of its time.
    case ended(Int, reason: String?)
    /// All groups are done.
    case done
    /// The control domain could not do its work.
    case failed(String)
    /// Xen's own.
    case hypervisor(String)
    /// Anything else: firmware, and the control domain's Linux.
    case other(String)

    /// Sorts a line that has been made safe by `TerminalText.plain(_:)`.
    public init(_ line: String) {
        if line.hasPrefix(ControlDomain.mark) {
            self = Self.control(line.dropFirst(ControlDomain.mark.count)) ?? .other(line)
        } else if line.hasPrefix("(XEN) ") {
            self = .hypervisor(String(line.dropFirst(6)))
        } else if case .domain(let number, let text) = ConsoleLine(line), number > 0 {
            self = .domain(number, text)
        } else {
            self = .other(line)
        }
    }

    /// The line for a reader who follows the run; nil for what is only meant for the tool, or said twice.
    public var text: String? {
        switch self {
        case .domain(let number, let text): "(d\(number)) \(text)"
        case .hypervisor(let text): "(XEN) \(text)"
        case .failed(let text), .other(let text): text
        case .ended(let number, let reason): "(xl) d\(number) ended: \(reason ?? "silent when its time was up")"
        case .ring, .starting, .created, .running, .done: nil
        }
    }

    private static func control(_ text: Substring) -> XenConsoleLine? {
        let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        switch words[0] {
        case "start": return words.last.flatMap(Int.init).map(XenConsoleLine.starting)
        case "run": return .running(text.split(separator: " ").dropFirst().compactMap { Int($0) })
        case "created":
            let numbers = words.dropFirst().compactMap { Int($0) }
            return numbers.count == 2 ? .created(numbers[0], nanoseconds: numbers[1]) : nil
        case "ring":
            guard words.count == 3, let number = Int(words[1]) else { return nil }
            return .ring(number, words[2])
        case "end":
            guard words.count == 3, let number = Int(words[1]) else { return nil }
            return .ended(number, reason: Self.reason(words[2]))
        case "done": return .done
        case "failed:": return .failed(text.dropFirst(8).description)
        default: return nil
        }
    }

    /// The word for a reason's number (Xen public header `sched.h`, `SHUTDOWN_*`); nil for a domain that has none.
    private static func reason(_ number: String) -> String? {
        let words = ["poweroff", "reboot", "suspend", "crash", "watchdog", "soft_reset"]
        guard let value = Int(number) else { return nil }
        return words.indices.contains(value) ? words[value] : "reason \(value)"
    }
}
