// SPDX-License-Identifier: MIT
import Emulator

/// One figure of a benchmark run: an operation and the ticks of the time-stamp counter that it took.
struct Measurement {
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

    private init?(guestLine text: String) {
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

    private init(operation: String, ticks: Int) {
        self.operation = operation
        self.ticks = ticks
    }

    private static func count(_ digits: Substring) -> Int? {
        guard let value = Int(digits), value >= 0 else { return nil }
        return value
    }

    /// A list of objects, one for each operation.
    /// - Parameter field: the name that the figure gets.
    static func json(_ measurements: [Measurement], field: String) -> String {
        let objects = measurements.map {
            "  {\"operation\": \"\(escaped($0.operation))\", \"\(field)\": \($0.ticks)}"
        }
        return "[\n" + objects.joined(separator: ",\n") + "\n]"
    }

    private static func escaped(_ text: String) -> String {
        text.flatMap { $0 == "\\" || $0 == "\"" ? ["\\", $0] : [$0] }.reduce(into: "") { $0.append($1) }
    }

    /// Lines with the figures under each other.
    static func table(_ measurements: [Measurement]) -> String {
        let width = measurements.map(\.operation.count).max() ?? 0
        return measurements.map { measurement in
            let name = measurement.operation + String(repeating: " ", count: width - measurement.operation.count)
            let figure = String(measurement.ticks)
            return "\(name)  \(String(repeating: " ", count: max(0, 12 - figure.count)))\(figure)"
        }.joined(separator: "\n")
    }
}
