// SPDX-License-Identifier: MIT
import Emulator

/// One figure of a benchmark run: an operation and the ticks of the time-stamp counter that it took.
struct Measurement: Codable, Equatable {
    var operation: String
    var ticks: Int

    /// Reads `# bench "name" 105` of a guest, or the hypervisor's `boot: 105 ticks from ...`: while
    /// instructions are counted, a tick of the clock is one.
    init?(_ line: ConsoleLine) {
        switch line {
        case .domain(_, let text): self.init(guestLine: text)
        case .hypervisor(let text): self.init(bootLine: text)
        case .other: return nil
        }
    }

    /// Reads a guest's line.
    init?(guestLine text: String) {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "# bench ", let count = Self.count(parts[2].drop { $0 == " " }) else {
            return nil
        }
        self.init(operation: String(parts[1]), ticks: count)
    }

    private init?(bootLine text: String) {
        let words = text.split(separator: " ", maxSplits: 3)
        guard words.count == 4, words[0] == "boot:", words[2] == "ticks", let count = Self.count(words[1]) else {
            return nil
        }
        self.init(operation: "boot \(words[3])", ticks: count)
    }

    /// A figure that was come by in another way.
    init(operation: String, ticks: Int) {
        self.operation = operation
        self.ticks = ticks
    }

    private static func count(_ digits: Substring) -> Int? {
        guard let value = Int(digits), value >= 0 else { return nil }
        return value
    }

    /// Adds those figures whose operation was not measured before.
    static func merge(_ later: [Measurement], into measurements: inout [Measurement]) {
        let known = Set(measurements.map(\.operation))
        measurements += later.filter { !known.contains($0.operation) }
    }
}
