// SPDX-License-Identifier: MIT
import Emulator

/// What the consoles of fuzzing guests have said.
struct FuzzRecord: Equatable {
    /// The calls that were made, as far as is known: a guest that ends itself has told of them for the last time a while before.
    private(set) var calls = 0
    /// Those that did something, of the guests that have come to their end.
    private(set) var granted = 0
    /// How many audits have found everything in order.
    private(set) var audits = 0
    /// Whether the last thing that happened to a domain was followed by an audit.
    private(set) var isAudited = false
    /// The last lines of the console.
    private(set) var lastLines: [String] = []
    private var progressOfDomains: [Int: Int] = [:]
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The calls so far of the guests that run now.
    var progress: Int { progressOfDomains.values.reduce(0, +) }

    /// A number that depends on every byte of the consoles.
    var digest: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Takes up a line. The hash is FNV-1a.
    mutating func consume(_ raw: [UInt8], _ line: ConsoleLine) {
        for byte in raw + [10] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        switch line {
        case .hypervisor(let text): consume(hypervisor: text)
        case .domain(let number, let text): consume(text, of: number)
        case .other: break
        }
        calls = progress
    }

    private mutating func consume(hypervisor text: String) {
        lastLines = lastLines.suffix(19) + ["(apus) \(text)"]
        if text.hasPrefix("audit: "), text.contains("have one owner each") {
            audits += 1
            isAudited = true
        } else if case .domainEnded? = ConsoleEvent(text) {
            isAudited = false
        }
    }

    private mutating func consume(_ text: String, of domain: Int) {
        func number(behind prefix: String) -> Int? {
            text.hasPrefix(prefix) ? Int(text.dropFirst(prefix.count)) : nil
        }
        if let count = number(behind: "# fuzz progress ") ?? number(behind: "# fuzz calls ") {
            progressOfDomains[domain] = count
            lastLines = lastLines.suffix(19) + ["(d\(domain)) \(text)"]
        }
        if let count = number(behind: "# fuzz granted ") { granted += count }
    }

    /// Adds what another boot has said.
    mutating func add(_ other: FuzzRecord) {
        calls += other.calls
        granted += other.granted
        audits += other.audits
        hash = (hash ^ other.hash) &* 0x100_0000_01B3
        lastLines = other.lastLines
    }
}
