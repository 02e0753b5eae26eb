// SPDX-License-Identifier: MIT
import CPU
import Instructions

/// The guest's memory by address. Linear and physical addresses are the same, up to 4 GiB.
///
/// Each access is made exactly once and in order: the hypervisor and the interrupt handlers change memory too.
public enum Memory {
    /// The length of a page in bytes.
    public static var pageSize: UInt64 { 4096 }

    /// Reads 8 bits.
    public static func load8(_ address: UInt64) -> UInt8 { cpu_load8(address) }
    /// Reads 16 bits.
    public static func load16(_ address: UInt64) -> UInt16 { guest_load16(address) }
    /// Reads 32 bits.
    public static func load32(_ address: UInt64) -> UInt32 { cpu_load32(address) }
    /// Reads 64 bits.
    public static func load64(_ address: UInt64) -> UInt64 { cpu_load64(address) }

    /// Writes 8 bits.
    public static func store8(_ value: UInt8, at address: UInt64) { cpu_store8(address, value) }
    /// Writes 16 bits.
    public static func store16(_ value: UInt16, at address: UInt64) { guest_store16(address, value) }
    /// Writes 32 bits.
    public static func store32(_ value: UInt32, at address: UInt64) { cpu_store32(address, value) }
    /// Writes 64 bits.
    public static func store64(_ value: UInt64, at address: UInt64) { cpu_store64(address, value) }

    /// Copies bytes upwards, by one instruction.
    public static func copy(_ count: UInt64, from source: UInt64, to destination: UInt64) {
        guest_copy_bytes(destination, source, count)
    }
    /// Copies double words downwards, by one instruction: the ones at the addresses first.
    public static func copyDownwards(_ count: UInt64, from source: UInt64, to destination: UInt64) {
        guest_copy_downwards(destination, source, count)
    }
    /// Writes words of 64 bits, by one instruction.
    public static func fillWords(_ address: UInt64, count: UInt64, with value: UInt64) {
        guest_fill_words(address, value, count)
    }
    /// Whether a bit is set, as BT sees it: the number reaches beyond the word.
    public static func hasBit(_ number: UInt64, at address: UInt64) -> Bool { guest_test_bit(address, number) != 0 }
    /// Adds to 32 bits.
    public static func add32(_ value: UInt32, at address: UInt64) { guest_add32(address, value) }
    /// Adds to 32 bits. Answers what they were before.
    public static func exchangeAndAdd32(_ value: UInt32, at address: UInt64) -> UInt32 {
        guest_exchange_and_add32(address, value)
    }
    /// Reads 8 bits, and extends them by zeros.
    public static func loadExtended8(_ address: UInt64) -> UInt64 { guest_load_extended8(address) }
    /// Reads 16 bytes into a vector register. Answers its lower half.
    public static func loadVector(_ address: UInt64) -> UInt64 { guest_load_vector(address) }
    /// Writes the 16 bytes of that register.
    public static func storeVector(at address: UInt64) { guest_store_vector(address) }

    /// Writes `byte` to `count` bytes.
    public static func fill(_ address: UInt64, count: UInt64, with byte: UInt8) {
        for offset in 0..<count { store8(byte, at: address &+ offset) }
    }

    /// Whether `count` bytes are all equal to `byte`.
    public static func isFilled(_ address: UInt64, count: UInt64, with byte: UInt8) -> Bool {
        for offset in 0..<count where load8(address &+ offset) != byte { return false }
        return true
    }
}
