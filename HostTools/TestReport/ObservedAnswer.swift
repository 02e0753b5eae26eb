// SPDX-License-Identifier: MIT

/// An answer of the hypervisor that a test has seen: what a guest prints behind a test as `# answers 32.4:-22 20.0/-3`.
public struct ObservedAnswer: Sendable, Hashable {
    /// The hypercall's number.
    public var hypercall: UInt32
    /// Its operation; 0 of a hypercall that has none.
    public var operation: UInt32
    /// Whether the answer stands in an element of a list, while the call itself succeeded.
    public var isOfElement: Bool
    /// 0 for every success; else the negated error, or the grant status.
    public var result: Int32

    /// An answer.
    public init(hypercall: UInt32, operation: UInt32, isOfElement: Bool = false, result: Int32) {
        self.hypercall = hypercall
        self.operation = operation
        self.isOfElement = isOfElement
        self.result = result
    }

    /// Reads the text that a guest prints for one answer; nil for any other.
    public init?(_ text: some StringProtocol) {
        let isOfElement = text.contains("/")
        let halves = text.split(separator: isOfElement ? "/" : ":", omittingEmptySubsequences: false)
        guard halves.count == 2, let result = Int32(halves[1]), (-4095...0).contains(result) else { return nil }
        let numbers = halves[0].split(separator: ".", omittingEmptySubsequences: false).map { UInt32($0) }
        guard numbers.count == 2, let hypercall = numbers[0], let operation = numbers[1] else { return nil }
        self.init(hypercall: hypercall, operation: operation, isOfElement: isOfElement, result: result)
    }

    /// The text that a guest prints for it.
    public var text: String { "\(hypercall).\(operation)\(isOfElement ? "/" : ":")\(result)" }

    /// The answers of a diagnostic line; nil when it is another kind of line.
    static func list(in diagnostic: String) -> [ObservedAnswer]? {
        let words = diagnostic.split(separator: " ")
        guard words.first == "answers" else { return nil }
        return words.dropFirst().compactMap { ObservedAnswer($0) }
    }
}
