// SPDX-License-Identifier: MIT

/// A plain layout in guest memory: only integers, explicit padding, and a value of all zeros to copy into.
public protocol GuestLayout: BitwiseCopyable, Sendable {
    /// All fields zero.
    init()
}

/// An argument structure of a hypercall.
///
/// The Swift layout of the conforming type equals the C layout that a 64-bit caller uses: same order, same offsets,
/// and `size == stride == sizeof` because every padding byte is a field.
public protocol GuestStructure: GuestLayout {
    /// The layout that a 32-bit caller uses. Where both layouts are the same it is the type itself.
    associatedtype Compat: GuestLayout = Self

    /// Widens what a 32-bit caller passed.
    init(_ compat: Compat)

    /// Narrows the value for a 32-bit caller: wide fields keep their low 32 bits.
    var compat: Compat { get }
}

extension GuestStructure where Compat == Self {
    /// Both callers use one layout: nothing to widen.
    public init(_ compat: Self) { self = compat }

    /// Both callers use one layout: nothing to narrow.
    public var compat: Self { self }
}
