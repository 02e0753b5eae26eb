// SPDX-License-Identifier: MIT
import XenInterface

/// A hypercall as its page describes it.
public struct CataloguedHypercall: Sendable {
    /// Its number, in RAX.
    public var number: HypercallNumber
    /// Its name in Xen's public headers, such as `event_channel_op`.
    public var name: String
    /// What it is for, in a sentence or two.
    public var purpose: String
    /// What each argument is, in order.
    public var arguments: [String]
    /// Its operations, in the order of their numbers. A hypercall without operations has one without a number.
    public var operations: [CataloguedOperation]

    /// A hypercall.
    init(
        _ number: HypercallNumber, _ name: String, _ purpose: String, arguments: [String],
        operations: [CataloguedOperation]
    ) {
        self.number = number
        self.name = name
        self.purpose = purpose
        self.arguments = arguments
        self.operations = operations
    }

    /// The operation that a number names: itself, or "any other".
    func operation(_ number: UInt32) -> CataloguedOperation? {
        operations.first { $0.numbers.contains(number) } ?? operations.first { $0.numbers.isEmpty }
    }
}
