// SPDX-License-Identifier: MIT

extension Memory {
    /// Calls `body` with the address of `value`, which the hypervisor may change meanwhile.
    public static func withAddress<Value: BitwiseCopyable, Result>(
        of value: inout Value, _ body: (_ address: UInt64) -> Result
    ) -> Result {
        // SAFETY: the pointer lives as long as the closure runs, and whoever gets the address writes no more than the
        // value's own bytes, all of whose patterns are values.
        unsafe withUnsafeMutablePointer(to: &value) { body(UInt64(UInt(bitPattern: $0))) }
    }

    /// Reads a value of any plain layout. The address need not be aligned.
    public static func load<Value: BitwiseCopyable>(_ address: UInt64, as type: Value.Type) -> Value {
        // SAFETY: callers pass addresses of their own pages, which are mapped; every pattern of bits is a value.
        unsafe pointer(to: address).loadUnaligned(as: type)
    }

    /// Writes a value of any plain layout. The address need not be aligned.
    public static func store<Value: BitwiseCopyable>(_ value: Value, at address: UInt64) {
        // SAFETY: callers pass addresses of their own pages, which are mapped and hold plain bytes only.
        unsafe pointer(to: address).storeBytes(of: value, as: Value.self)
    }

    /// The address as a pointer; the first page is never used.
    private static func pointer(to address: UInt64) -> UnsafeMutableRawPointer {
        precondition(address >= pageSize)
        // SAFETY: the address was just checked not to be null.
        return unsafe UnsafeMutableRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }
}
