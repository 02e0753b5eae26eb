// SPDX-License-Identifier: MIT

/// Sizes as people write and read them.
enum ByteCount {
    private static let units = "KMGTPE"

    /// The number of bytes that a text such as `512`, `64k`, `1.5G` or `10T` names; nil when it names none.
    static func parse(_ text: String) -> UInt64? {
        var digits = text[...]
        var factor: UInt64 = 1
        if let last = digits.last, let power = (["B"] + units.map(String.init)).firstIndex(of: last.uppercased()) {
            digits = digits.dropLast()
            factor = 1 << UInt64(10 * power)
        }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, first.allSatisfy(\.isASCII), let whole = UInt64(first), !first.hasPrefix("+")
        else {
            return nil
        }
        let (bytes, overflow) = whole.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        guard parts.count == 2 else { return bytes }
        guard !parts[1].isEmpty, parts[1].allSatisfy({ "0"..."9" ~= $0 }), let fraction = Double("0.\(parts[1])") else {
            return nil
        }
        let (sum, isTooLarge) = bytes.addingReportingOverflow(UInt64(fraction * Double(factor)))
        return isTooLarge ? nil : sum
    }

    /// The number of bytes that a text on the command line names.
    static func required(_ text: String) throws(CommandFailure) -> UInt64 {
        guard let size = parse(text) else {
            throw .input("\"\(text)\" is no size; write a number of bytes, or one such as 512M or 20G")
        }
        return size
    }

    /// A size with three digits and a unit: `1.27 MiB`.
    static func short(_ bytes: UInt64) -> String {
        var value = Double(bytes)
        var unit = 0
        while value >= 999.5 && unit < units.count {
            value /= 1024
            unit += 1
        }
        let name = unit == 0 ? "B" : "\(Array(units)[unit - 1])iB"
        return "\(threeDigits(value)) \(name)"
    }

    private static func threeDigits(_ value: Double) -> String {
        let places = value < 10 ? 2 : value < 100 ? 1 : 0
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let rounded = UInt64((value * scale).rounded())
        let (whole, rest) = rounded.quotientAndRemainder(dividingBy: UInt64(scale))
        guard rest > 0 else { return "\(whole)" }
        var fraction = String(rest)
        fraction = String(repeating: "0", count: places - fraction.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}
