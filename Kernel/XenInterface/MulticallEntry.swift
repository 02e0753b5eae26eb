// SPDX-License-Identifier: MIT

/// One call of a `multicall` (`struct multicall_entry`, Xen public header `xen.h`, 64 bytes; 32 for a 32-bit caller).
public struct MulticallEntry: GuestStructure {
    /// A `HypercallNumber`.
    public var operation: UInt64 = 0
    /// Out: what the call returned.
    public var result: UInt64 = 0
    /// The first argument.
    public var argument0: UInt64 = 0
    /// The second argument.
    public var argument1: UInt64 = 0
    /// The third argument.
    public var argument2: UInt64 = 0
    /// The fourth argument.
    public var argument3: UInt64 = 0
    /// The fifth argument.
    public var argument4: UInt64 = 0
    /// The sixth argument.
    public var argument5: UInt64 = 0

    /// Where the result lies in the layout of a 64-bit caller, in bytes; half as far in that of a 32-bit caller.
    public static var resultOffset: Int { 8 }

    /// All fields zero.
    public init() {}

    /// The layout of a 32-bit caller.
    public struct Compat: GuestLayout {
        /// A `HypercallNumber`.
        public var operation: UInt32 = 0
        /// Out: what the call returned.
        public var result: UInt32 = 0
        /// The first argument.
        public var argument0: UInt32 = 0
        /// The second argument.
        public var argument1: UInt32 = 0
        /// The third argument.
        public var argument2: UInt32 = 0
        /// The fourth argument.
        public var argument3: UInt32 = 0
        /// The fifth argument.
        public var argument4: UInt32 = 0
        /// The sixth argument.
        public var argument5: UInt32 = 0

        /// All fields zero.
        public init() {}
    }

    /// Widens what a 32-bit caller passed.
    public init(_ compat: Compat) {
        operation = UInt64(compat.operation)
        result = UInt64(compat.result)
        argument0 = UInt64(compat.argument0)
        argument1 = UInt64(compat.argument1)
        argument2 = UInt64(compat.argument2)
        argument3 = UInt64(compat.argument3)
        argument4 = UInt64(compat.argument4)
        argument5 = UInt64(compat.argument5)
    }

    /// Narrows the value for a 32-bit caller.
    public var compat: Compat {
        var narrow = Compat()
        narrow.operation = UInt32(truncatingIfNeeded: operation)
        narrow.result = UInt32(truncatingIfNeeded: result)
        narrow.argument0 = UInt32(truncatingIfNeeded: argument0)
        narrow.argument1 = UInt32(truncatingIfNeeded: argument1)
        narrow.argument2 = UInt32(truncatingIfNeeded: argument2)
        narrow.argument3 = UInt32(truncatingIfNeeded: argument3)
        narrow.argument4 = UInt32(truncatingIfNeeded: argument4)
        narrow.argument5 = UInt32(truncatingIfNeeded: argument5)
        return narrow
    }
}
