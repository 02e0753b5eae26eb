// SPDX-License-Identifier: MIT
import CPU

/// The first serial port, a 16550 UART at 115200 baud: the console of the hypervisor and, line by line, of its domains.
public enum SerialPort {
    private static let base: UInt16 = 0x3F8

    /// 115200 baud, eight bits, no parity, one stop bit, FIFO on, no interrupts.
    public static func initialise() {
        cpu_out8(base &+ 1, 0x00)
        cpu_out8(base &+ 3, 0x80)
        cpu_out8(base &+ 0, 0x01)
        cpu_out8(base &+ 1, 0x00)
        cpu_out8(base &+ 3, 0x03)
        cpu_out8(base &+ 2, 0xC7)
        cpu_out8(base &+ 4, 0x03)
    }

    /// Sends one byte as soon as there is room; gives up on a port that never has any.
    public static func write(_ byte: UInt8) {
        var patience = 100_000
        while cpu_in8(base &+ 5) & 0x20 == 0 && patience > 0 { patience &-= 1 }
        cpu_out8(base, byte)
    }

    /// Waits until the last byte has left the wire: an emulator that is ended before loses it.
    public static func drain() {
        var patience = 100_000
        while cpu_in8(base &+ 5) & 0x40 == 0 && patience > 0 { patience &-= 1 }
    }
}
