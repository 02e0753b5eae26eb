// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// The machine's physical memory. The hypervisor maps every address to itself, so a host-physical address is where the
/// bytes are; in host tests it is an address of the test's own memory.
///
/// This is the one place where the hypervisor's logic touches memory by address. Its callers pass addresses of frames that
/// they own, or that a domain's physical map has given them.
public enum PhysicalMemory {
    /// Copies bytes from one place to another; the two may overlap.
    @inline(__always)
    public static func copy(from source: HostPhysicalAddress, to destination: HostPhysicalAddress, count: UInt64) {
        // SAFETY: both ranges lie in frames that the caller owns or has looked up.
        unsafe pointer(destination).copyMemory(from: pointer(source), byteCount: Int(truncatingIfNeeded: count))
    }

    /// Copies a value's bytes to a place.
    @inline(__always)
    public static func copy(from source: UnsafeRawPointer, to destination: HostPhysicalAddress, count: UInt64) {
        // SAFETY: as above; the source is a value of the caller's.
        unsafe pointer(destination).copyMemory(from: source, byteCount: Int(truncatingIfNeeded: count))
    }

    /// Copies bytes from a place into a value.
    @inline(__always)
    public static func copy(from source: HostPhysicalAddress, to destination: UnsafeMutableRawPointer, count: UInt64) {
        // SAFETY: as above; the destination is a value of the caller's.
        unsafe destination.copyMemory(from: pointer(source), byteCount: Int(truncatingIfNeeded: count))
    }

    /// Copies the bytes of a span to a place.
    public static func copy(_ bytes: Span<UInt8>, to destination: HostPhysicalAddress) {
        // SAFETY: as above.
        unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe pointer(destination).copyMemory(from: base, byteCount: buffer.count)
        }
    }

    /// Fills a whole frame with one eight-byte pattern.
    @inline(never)
    public static func fill(_ frame: HostFrame, with pattern: UInt64 = 0) {
        cpu_fill_page(frame.address.value, pattern)
    }

    /// Reads a value; the address may have any alignment.
    @inline(__always)
    public static func read<Value: BitwiseCopyable>(_: Value.Type, at address: HostPhysicalAddress) -> Value {
        // SAFETY: the value lies in a frame that the caller owns or has looked up.
        unsafe pointer(address).loadUnaligned(as: Value.self)
    }

    /// Writes a value; the address may have any alignment.
    @inline(__always)
    public static func write<Value: BitwiseCopyable>(_ value: Value, at address: HostPhysicalAddress) {
        // SAFETY: as for reading.
        unsafe pointer(address).storeBytes(of: value, as: Value.self)
    }

    /// Writes a word that a processor may read at the same time, after all that was written before: an entry of page tables.
    @inline(__always)
    static func publish(_ value: UInt64, at address: HostPhysicalAddress) { cpu_store64(address.value, value) }

    /// Writes the bytes of a literal from `start` on, and zeros behind its end, `count` bytes in all.
    static func write(_ text: StaticString, from start: UInt64, padded count: UInt64, at place: HostPhysicalAddress) {
        let length = UInt64(text.utf8CodeUnitCount)
        let textCount = start < length ? min(length &- start, count) : 0
        text.withUTF8Buffer { bytes in
            guard textCount > 0, let base = bytes.baseAddress else { return }
            // SAFETY: these bytes of the literal are there; the place is the caller's.
            unsafe pointer(place).copyMemory(from: base + Int(start), byteCount: Int(textCount))
        }
        // SAFETY: the place is the caller's.
        unsafe pointer(place.advanced(by: textCount))
            .initializeMemory(as: UInt8.self, repeating: 0, count: Int(count &- textCount))
    }

    /// Lends out a range as a span of bytes.
    public static func withBytes<Result>(
        at address: HostPhysicalAddress, count: UInt64, _ body: (Span<UInt8>) -> Result
    ) -> Result {
        // SAFETY: the range is the caller's for as long as `body` runs.
        unsafe body(
            Span(
                _unsafeStart: pointer(address).assumingMemoryBound(to: UInt8.self),
                count: Int(truncatingIfNeeded: count)))
    }

    /// Lends out a zero-terminated text, of at most 4096 bytes.
    public static func withText<Result>(at address: HostPhysicalAddress, _ body: (Span<UInt8>) -> Result) -> Result {
        var count: UInt64 = 0
        while count < 4096 && read(UInt8.self, at: address.advanced(by: count)) != 0 { count &+= 1 }
        return withBytes(at: address, count: count, body)
    }

    /// Sets a bit of a word that the guest may change at the same time. Returns whether it was set before.
    @inline(__always)
    public static func testAndSet(bit: UInt64, of word: HostPhysicalAddress) -> Bool {
        cpu_test_and_set_bit(word.value, bit)
    }

    /// Clears such a bit. Returns whether it was set before.
    @inline(__always)
    public static func testAndClear(bit: UInt64, of word: HostPhysicalAddress) -> Bool {
        cpu_test_and_clear_bit(word.value, bit)
    }

    /// Replaces a word that the guest may change at the same time, if `expected` is there. Returns what was there.
    @inline(__always)
    static func compareExchange(_ expected: UInt32, for value: UInt32, at address: HostPhysicalAddress) -> UInt32 {
        cpu_compare_exchange32(address.value, expected, value)
    }

    /// Clears bits of a half-word that the guest may change at the same time.
    @inline(__always)
    static func clear(bits: UInt16, at address: HostPhysicalAddress) {
        cpu_clear_bits16(address.value, bits)
    }

    private static func pointer(_ address: HostPhysicalAddress) -> UnsafeMutableRawPointer {
        // SAFETY: page zero is never handed out, so the address is not null.
        unsafe UnsafeMutableRawPointer(bitPattern: UInt(address.value)).unsafelyUnwrapped
    }
}
