// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// The local APIC of the processor we run on, in x2APIC mode where the processor has it, else through its page of
/// registers. Its timer is used, and its messages to other processors. (AMD APM vol. 2 §16; Intel SDM vol. 3A §11)
public enum LocalAPIC {
    /// Where the page of registers lies after reset, and stays.
    public static let page = HostPhysicalAddress(0xFEE0_0000)

    /// A register by its offset in the page; in x2APIC mode it is MSR 0x800 and the offset divided by 16.
    private enum Register: UInt32 {
        case identifier = 0x020
        case endOfInterrupt = 0x0B0
        case spuriousVector = 0x0F0
        case command = 0x300
        case commandDestination = 0x310
        case timer = 0x320
        case initialCount = 0x380
        case currentCount = 0x390
        case divideConfiguration = 0x3E0
    }

    // SAFETY: written during start-up only, each time to the same value: the processors of a machine are alike.
    private nonisolated(unsafe) static var usesX2APIC = false

    /// Switches the local APIC on, with its timer masked. Returns whether it is in x2APIC mode.
    public static func enable() -> Bool {
        let hasX2APIC = cpu_cpuid(1, 0).ecx & 1 << 21 != 0
        let enabled = cpu_read_msr(ModelSpecificRegister.apicBase) | 1 << 11
        cpu_write_msr(ModelSpecificRegister.apicBase, enabled)
        if hasX2APIC { cpu_write_msr(ModelSpecificRegister.apicBase, enabled | 1 << 10) }
        unsafe usesX2APIC = hasX2APIC
        write(.spuriousVector, 1 << 8 | UInt32(InterruptVector.spurious))
        write(.divideConfiguration, 0b1011)  // the timer counts at the full rate of the bus
        write(.timer, 1 << 16 | UInt32(InterruptVector.timer))
        return hasX2APIC
    }

    /// Lets the timer interrupt once, after `count` of its ticks; 0 stops it.
    public static func startTimer(count: UInt32) {
        write(.timer, UInt32(InterruptVector.timer))
        write(.initialCount, count)
    }

    /// Lets the timer run down from its highest value without interrupting, for calibration.
    public static func startCounting() {
        write(.timer, 1 << 16 | UInt32(InterruptVector.timer))
        write(.initialCount, .max)
    }

    /// How many ticks have gone by since `startCounting`.
    public static var elapsedCount: UInt32 { UInt32.max &- read(.currentCount) }

    /// Tells the local APIC that the interrupt has been handled.
    public static func endOfInterrupt() { write(.endOfInterrupt, 0) }

    /// The number by which other processors address this one.
    public static var identifier: UInt32 {
        unsafe usesX2APIC ? read(.identifier) : read(.identifier) >> 24
    }

    /// Whether a processor of this number can be addressed: the page of registers has eight bits for it, of which all ones mean
    /// everybody.
    public static func canReach(_ identifier: UInt32) -> Bool {
        unsafe usesX2APIC ? identifier != .max : identifier < 0xFF
    }

    /// Sends an interrupt to another processor.
    public static func interrupt(_ identifier: UInt32, vector: UInt8) { send(UInt32(vector) | 1 << 14, to: identifier) }

    /// INIT: resets another processor, which waits then for a start-up message. (Intel SDM vol. 3A §9.4.4)
    public static func reset(_ identifier: UInt32) { send(5 << 8 | 1 << 14, to: identifier) }

    /// The start-up message: the processor begins in real mode at the start of a page below 1 MiB.
    public static func start(_ identifier: UInt32, page: UInt8) {
        send(UInt32(page) | 6 << 8 | 1 << 14, to: identifier)
    }

    /// Writes the command register: in x2APIC mode one register of 64 bits, else two, of which the lower one sends.
    private static func send(_ command: UInt32, to identifier: UInt32) {
        if unsafe usesX2APIC {
            cpu_write_msr(0x800 &+ Register.command.rawValue >> 4, UInt64(identifier) << 32 | UInt64(command))
            return
        }
        write(.commandDestination, identifier << 24)
        write(.command, command)
        var patience = 1_000_000
        while read(.command) & 1 << 12 != 0 && patience > 0 { patience &-= 1 }
    }

    private static func read(_ register: Register) -> UInt32 {
        if unsafe usesX2APIC {
            return UInt32(truncatingIfNeeded: cpu_read_msr(0x800 &+ register.rawValue >> 4))
        }
        return cpu_read_mmio32(page.value &+ UInt64(register.rawValue))
    }

    private static func write(_ register: Register, _ value: UInt32) {
        if unsafe usesX2APIC {
            cpu_write_msr(0x800 &+ register.rawValue >> 4, UInt64(value))
        } else {
            cpu_write_mmio32(page.value &+ UInt64(register.rawValue), value)
        }
    }
}
