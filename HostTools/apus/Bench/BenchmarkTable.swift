// SPDX-License-Identifier: MIT
import Foundation

/// The figures of a benchmark: one column, or Xen's beside those of Apus.
struct BenchmarkTable {
    /// An operation and what it takes.
    struct Row: Codable, Equatable {
        var operation: String
        /// Instructions on Apus.
        var apus: Int?
        /// Ticks of the guest's clock in Bochs, which is a measure of its own.
        var ticks: Int?
        /// Instructions on Xen.
        var xen: Int?

        /// How many times as many Xen takes.
        var ratio: Double? {
            guard let apus, let xen, apus > 0 else { return nil }
            return Double(xen) / Double(apus)
        }
    }

    /// In the order in which they were measured.
    var rows: [Row]

    /// A table of Apus' figures, and Xen's where there are any.
    /// - Parameter areTicks: whether they are those of Bochs.
    init(_ measurements: [Measurement], areTicks: Bool = false, xen: [Measurement] = []) {
        let others = Dictionary(xen.map { ($0.operation, $0.ticks) }) { first, _ in first }
        rows = measurements.map { one in
            Row(
                operation: one.operation, apus: areTicks ? nil : one.ticks, ticks: areTicks ? one.ticks : nil,
                xen: others[one.operation])
        }
        let known = Set(measurements.map(\.operation))
        rows += xen.filter { !known.contains($0.operation) }.map { Row(operation: $0.operation, xen: $0.ticks) }
    }

    /// Reads what ``json()`` wrote.
    init(json: [UInt8]) throws { rows = try JSONDecoder().decode([Row].self, from: Data(json)) }

    /// A list of objects with `operation`, and `apus`, `ticks` and `xen` where they are known.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let objects = try rows.map { "  " + String(decoding: try encoder.encode($0), as: UTF8.self) }
        return "[\n" + objects.joined(separator: ",\n") + "\n]"
    }

    /// What is to be known of a comparison.
    static let note = """
        Instructions in QEMU, which has no next-RIP save: at most exits Xen decodes the guest's instruction, about 4,300
        instructions of each. Xen refuses console_io to an ordinary domain; its domains are built by xl in the control domain.
        """

    /// Lines with the figures under each other.
    var text: String {
        let isComparison = rows.contains { $0.xen != nil }
        let width = rows.map(\.operation.count).max() ?? 0
        var lines = rows.map { row in
            var line = row.operation + String(repeating: " ", count: width - row.operation.count)
            line += "  " + Self.right(row.apus ?? row.ticks)
            if isComparison { line += Self.right(row.xen) + Self.ratio(row.ratio) }
            return line
        }
        if isComparison {
            let heading = Self.right("apus") + Self.right("xen") + Self.right("times", 8)
            lines.insert(String(repeating: " ", count: width + 2) + heading, at: 0)
            lines += ["", Self.note]
        }
        return lines.joined(separator: "\n")
    }

    private static func ratio(_ value: Double?) -> String {
        guard let value else { return right("", 8) }
        let tenths = Int((value * 10).rounded())
        return right("\(tenths / 10).\(tenths % 10)", 8)
    }

    private static func right(_ figure: Int?) -> String { right(figure.map(String.init) ?? "-") }

    private static func right(_ text: String, _ width: Int = 12) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
