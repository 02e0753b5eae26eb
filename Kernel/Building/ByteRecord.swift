// SPDX-License-Identifier: MIT

/// A structure on its way into guest memory: little-endian fields, appended one after the other.
///
/// A record that is appended to beyond its capacity is a mistake in this module, never in its input.
struct ByteRecord<let capacity: Int>: Sendable {
    private var bytes: InlineArray<capacity, UInt8> = InlineArray(repeating: 0)

    /// How many bytes have been appended.
    private(set) var count = 0

    /// Appends the bytes of `value`, the lowest first.
    mutating func append<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value) {
        for index in 0..<MemoryLayout<Value>.size {
            bytes[count] = UInt8(truncatingIfNeeded: value &>> Value(truncatingIfNeeded: index * 8))
            count += 1
        }
    }

    /// Appends ASCII characters.
    mutating func append<let length: Int>(ascii characters: InlineArray<length, Unicode.Scalar>) {
        for index in characters.indices { append(UInt8(truncatingIfNeeded: characters[index].value)) }
    }

    /// Appends zero bytes until the record is `size` bytes long.
    mutating func pad(to size: Int) {
        while count < size { append(UInt8(0)) }
    }

    /// Replaces the byte at `offset`.
    mutating func set(_ value: UInt8, at offset: Int) {
        bytes[offset] = value
    }

    /// Replaces the 32-bit number at `offset`.
    mutating func set(_ value: UInt32, at offset: Int) {
        for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value &>> UInt32(index * 8)) }
    }

    /// The sum of the bytes in `range`, modulo 256.
    func sum(of range: Range<Int>) -> UInt8 {
        var sum: UInt8 = 0
        for index in range { sum &+= bytes[index] }
        return sum
    }

    /// Puts the record into guest memory.
    func write<Sink: GuestMemorySink & ~Copyable>(
        to sink: inout Sink, at guestPhysicalAddress: UInt64
    ) throws(Sink.Failure) {
        try sink.write(bytes.span.extracting(first: count), at: guestPhysicalAddress)
    }
}
