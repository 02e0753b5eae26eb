// SPDX-License-Identifier: MIT

/// A list that needs no heap: it holds up to `capacity` elements in place.
public struct BoundedList<let capacity: Int, Element: Sendable>: Sendable {
    private var elements: InlineArray<capacity, Element>

    /// How many elements the list holds now.
    public private(set) var count = 0

    /// An empty list. `filler` stands in the places that are not in use and is never seen.
    public init(filler: Element) {
        elements = InlineArray(repeating: filler)
    }

    /// Adds `element` at the end. Returns false, and changes nothing, where the list is full.
    @discardableResult
    public mutating func append(_ element: Element) -> Bool {
        guard count < capacity else { return false }
        elements[count] = element
        count += 1
        return true
    }

    /// The element at `index`, which must be in `0..<count`.
    public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "index outside the list")
        return elements[index]
    }
}
