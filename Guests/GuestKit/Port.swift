// SPDX-License-Identifier: MIT
import CPU

/// The ports of the processor's I/O space.
public enum Port {
    /// Reads 8 bits.
    public static func read8(_ port: UInt16) -> UInt8 { cpu_in8(port) }
    /// Reads 16 bits.
    public static func read16(_ port: UInt16) -> UInt16 { cpu_in16(port) }
    /// Reads 32 bits.
    public static func read32(_ port: UInt16) -> UInt32 { cpu_in32(port) }
    /// Writes 8 bits.
    public static func write8(_ value: UInt8, to port: UInt16) { cpu_out8(port, value) }
}
