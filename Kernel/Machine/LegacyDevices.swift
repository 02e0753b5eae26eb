// SPDX-License-Identifier: MIT
import CPU

/// The two devices of the first PC that still matter: the interrupt controller, to be silenced, and the interval timer, whose
/// rate is known and by which the others are measured.
public enum LegacyDevices {
    /// The interval timer's rate in ticks per second.
    public static let intervalTimerFrequency: UInt64 = 1_193_182

    /// Masks all interrupts of both 8259 controllers, after moving their vectors out of the exceptions' way.
    public static func silenceInterruptController() {
        for controller in 0..<2 {
            let command: UInt16 = controller == 0 ? 0x20 : 0xA0
            let vectors: UInt8 = controller == 0 ? 0x20 : 0x28
            cpu_out8(command, 0x11)
            cpu_out8(command &+ 1, vectors)
            cpu_out8(command &+ 1, command == 0x20 ? 4 : 2)
            cpu_out8(command &+ 1, 1)
            cpu_out8(command &+ 1, 0xFF)
        }
    }

    /// Lets channel 2 of the interval timer count down `ticks` (at most 65535) and returns when it is through.
    public static func waitForIntervalTimer(ticks: UInt16) {
        let gate = cpu_in8(0x61) & 0xFC
        cpu_out8(0x61, gate | 1)
        cpu_out8(0x43, 0xB0)  // channel 2, both bytes, mode 0: the output rises at the end
        cpu_out8(0x42, UInt8(truncatingIfNeeded: ticks))
        cpu_out8(0x42, UInt8(truncatingIfNeeded: ticks >> 8))
        var patience = 10_000_000
        while cpu_in8(0x61) & 0x20 == 0 && patience > 0 { patience &-= 1 }
        cpu_out8(0x61, gate)
    }
}
