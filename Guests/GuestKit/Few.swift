// SPDX-License-Identifier: MIT

/// A few values to loop over, kept in place: a guest has no heap for an array.
public struct Few<let count: Int, Element>: Sequence, IteratorProtocol {
    private let values: InlineArray<count, Element>
    private var position = 0

    /// The values, in order.
    public init(_ values: InlineArray<count, Element>) { self.values = values }

    /// The next value.
    public mutating func next() -> Element? {
        guard position < count else { return nil }
        position += 1
        return values[position - 1]
    }
}
