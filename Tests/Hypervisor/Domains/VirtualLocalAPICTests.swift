// SPDX-License-Identifier: MIT
import Testing

@testable import Hypervisor

struct VirtualLocalAPICTests {
    private func enabled() -> VirtualLocalAPIC {
        var apic = VirtualLocalAPIC(identifier: 0)
        apic.spurious |= 1 << 8
        return apic
    }

    @Test("a set of vectors gives its highest, and keeps each in its own bit")
    func interruptBits() {
        var bits = InterruptBits()
        #expect(bits.highest == nil)
        for vector in UInt8.min...UInt8.max {
            bits.insert(vector)
            #expect(bits.highest == vector)
            #expect(bits.word(Int(vector / 32)) & 1 << UInt32(vector % 32) != 0)
        }
        for vector in (UInt8.min...UInt8.max).reversed() {
            #expect(bits.highest == vector)
            bits.remove(vector)
        }
        #expect(bits.highest == nil)
        #expect(bits.word(8) == 0)
        #expect(bits.word(-1) == 0)
    }

    @Test("it starts in xAPIC mode and off, with all of its own interrupts masked; the first is the boot processor's")
    func reset() {
        let boot = VirtualLocalAPIC(identifier: 0)
        #expect(boot.base == 0xFEE0_0900)
        #expect(VirtualLocalAPIC(identifier: 2).base == 0xFEE0_0800)
        #expect(!boot.isEnabled)
        for index in 0..<6 { #expect(boot.localVectors[index] == 1 << 16) }
    }

    @Test("one that is off takes no interrupt")
    func off() {
        var apic = VirtualLocalAPIC(identifier: 0)
        apic.accept(0x40)
        #expect(apic.deliverable == nil)
    }

    @Test("the highest vector goes first, and the others wait for its end")
    func priorities() {
        var apic = enabled()
        for vector in [0x41, 0x92, 0x55] as [UInt8] { apic.accept(vector) }
        #expect(apic.deliverable == 0x92)
        apic.take(0x92)
        #expect(apic.deliverable == nil)
        apic.accept(0xA0)
        #expect(apic.deliverable == 0xA0)
        apic.take(0xA0)
        apic.endOfInterrupt()
        #expect(apic.inService.highest == 0x92)
        #expect(apic.deliverable == nil)
        apic.endOfInterrupt()
        #expect(apic.deliverable == 0x55)
    }

    @Test("a vector of the same class as the one in service waits, though its number is higher")
    func sameClass() {
        var apic = enabled()
        apic.accept(0x50)
        apic.take(0x50)
        apic.accept(0x5F)
        #expect(apic.deliverable == nil)
        apic.accept(0x60)
        #expect(apic.deliverable == 0x60)
    }

    @Test("the task priority holds back its class and those below, and they come when it sinks")
    func taskPriority() {
        var apic = enabled()
        apic.accept(0x5A)
        apic.taskPriority = 0x50
        #expect(apic.deliverable == nil)
        apic.taskPriority = 0x4F
        #expect(apic.deliverable == 0x5A)
        apic.taskPriority = 0xFF
        apic.accept(0xFF)
        #expect(apic.deliverable == nil)
    }

    @Test("a vector below 16 is an error and not an interrupt")
    func illegalVector() {
        var apic = enabled()
        for vector in UInt8(0)..<16 { apic.accept(vector) }
        #expect(apic.deliverable == nil)
        #expect(apic.errorStatus == 1 << 6)
        apic.accept(16)
        #expect(apic.deliverable == 16)
    }

    @Test("a new error raises its interrupt once; a vector below 16 there is one more error, and not one without end")
    func errorInterrupt() {
        var apic = enabled()
        apic.setLocalVector(5, to: 0x71)
        apic.accept(3)
        #expect(apic.deliverable == 0x71)
        apic.take(0x71)
        apic.endOfInterrupt()
        apic.accept(3)
        #expect(apic.deliverable == nil)
        var other = enabled()
        other.setLocalVector(5, to: 3)
        other.note(1 << 5)
        #expect(other.errorStatus == 0b110_0000)
        #expect(other.deliverable == nil)
        other.reset()
        #expect(other.errorStatus == 0b110_0000)
    }

    @Test("a vector that comes while it is in service is taken once more afterwards")
    func again() {
        var apic = enabled()
        apic.accept(0x30)
        apic.take(0x30)
        apic.accept(0x30)
        apic.endOfInterrupt()
        #expect(apic.deliverable == 0x30)
        apic.take(0x30)
        apic.endOfInterrupt()
        #expect(apic.deliverable == nil)
        apic.endOfInterrupt()  // an end without an interrupt
        #expect(apic.inService.highest == nil)
    }

    @Test(
        "the timer counts a bus of 100 MHz through each of its dividers",
        arguments: [
            (0b0000, 2), (0b0001, 4), (0b0010, 8), (0b0011, 16), (0b1000, 32), (0b1001, 64), (0b1010, 128), (0b1011, 1),
        ])
    func timerPeriod(divide: UInt32, divisor: UInt64) {
        var apic = enabled()
        apic.timerDivide = divide
        apic.timerInitialCount = 1000
        #expect(apic.timerPeriod == 10_000 * divisor)
        apic.timerInitialCount = .max
        #expect(apic.timerPeriod == UInt64(UInt32.max) * 10 * divisor)
    }

    @Test("bits 18:17 of the timer's entry choose between once and again and again")
    func timerMode() {
        var apic = enabled()
        #expect(!apic.timerIsPeriodic)
        apic.localVectors[0] = 1 << 17 | 0x20
        #expect(apic.timerIsPeriodic)
        apic.localVectors[0] = 2 << 17 | 0x20
        #expect(!apic.timerIsPeriodic)
    }
}
