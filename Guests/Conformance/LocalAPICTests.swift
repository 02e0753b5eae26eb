// SPDX-License-Identifier: MIT
import Architecture
import GuestKit

/// The local APIC in x2APIC mode, to which the guest changes.
/// (Intel SDM vol. 3A, chapter 11.12)
func localAPIC(_ suite: inout Suite) {
    suite.test("x2APIC: CPUID offers it, and it can be turned on") { test in
        test.expect(Processor.identify(1).ecx & 1 << 21 != 0)
        let base = test.expectValue(Probe.readMSR(ModelSpecificRegister.apicBase))
        test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, base | 1 << 10) == nil)
        let after = test.expectValue(Probe.readMSR(ModelSpecificRegister.apicBase))
        test.expect(after & 0xC00, equals: 0xC00)
    }
    suite.test("x2APIC: back to xAPIC mode without turning it off raises #GP") { test in
        let base = test.expectValue(Probe.readMSR(ModelSpecificRegister.apicBase))
        test.expect(
            Probe.writeMSR(ModelSpecificRegister.apicBase, base & ~(1 << 10)), raises: .generalProtection)
    }
    suite.test("x2APIC: the identifier is 0, the version that of an integrated APIC") { test in
        test.expect(test.expectValue(Probe.readMSR(LocalAPIC.identifier)), equals: 0)
        let version = test.expectValue(Probe.readMSR(LocalAPIC.version))
        test.expect(version & 0xFF >= 0x10)
        test.expect(version >> 16 & 0xFF >= 4)
    }
    suite.test("x2APIC: the logical identifier follows from the identifier") { test in
        test.expect(test.expectValue(Probe.readMSR(LocalAPIC.logicalDestination)), equals: 1)
        test.expect(Probe.writeMSR(LocalAPIC.logicalDestination, 1), raises: .generalProtection)
    }
    suite.test("x2APIC: registers that the mode does not have raise #GP") { test in
        test.expect(Probe.readMSR(LocalAPIC.destinationFormat), raises: .generalProtection)
        test.expect(Probe.readMSR(LocalAPIC.interruptCommandHigh), raises: .generalProtection)
        test.expect(Probe.readMSR(0x8FF), raises: .generalProtection)
    }
    suite.test("x2APIC: the entry for machine checks is there, and keeps nothing") { test in
        test.expect(Probe.writeMSR(0x82F, 0x1_0070) == nil)
        test.expect(test.expectValue(Probe.readMSR(0x82F)), equals: 0)
        test.expect(Probe.writeMSR(0x82F, 1 << 17), raises: .generalProtection)
    }
    suite.test("x2APIC: writing registers that only tell raises #GP") { test in
        for register in Few<7, UInt32>([0x802, 0x803, 0x80A, 0x810, 0x818, 0x820, 0x839]) {
            test.expectValue(Probe.readMSR(register))
            test.expect(Probe.writeMSR(register, 0), raises: .generalProtection)
        }
        for register in Few<2, UInt32>([LocalAPIC.endOfInterrupt, LocalAPIC.selfInterrupt]) {
            test.expect(Probe.readMSR(register), raises: .generalProtection)
        }
    }
    suite.test("x2APIC: only 0 can be written to end of interrupt, else #GP") { test in
        test.expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 1), raises: .generalProtection)
        test.expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 0) == nil)
    }
    suite.test("x2APIC: reserved bits raise #GP") { test in
        test.withLocalAPIC { test in
            for (register, value) in Few<9, (UInt32, UInt64)>([
                (LocalAPIC.taskPriority, 0x100), (LocalAPIC.spuriousInterrupt, 0x400), (LocalAPIC.errorStatus, 1),
                (LocalAPIC.timerVector, 1 << 8), (LocalAPIC.lint0, 1 << 17), (LocalAPIC.errorVector, 1 << 8),
                (LocalAPIC.timerDivide, 4), (LocalAPIC.interruptCommand, 1 << 12), (LocalAPIC.selfInterrupt, 0x100),
            ]) {
                test.expect(Probe.writeMSR(register, value), raises: .generalProtection)
            }
        }
    }
    suite.test("x2APIC: the task priority keeps bits 3:0 as well") { test in
        test.withLocalAPIC { test in
            test.expect(Probe.writeMSR(LocalAPIC.taskPriority, 0x25) == nil)
            test.expect(test.expectValue(Probe.readMSR(LocalAPIC.taskPriority)), equals: 0x25)
            test.expect(test.expectValue(Probe.readMSR(LocalAPIC.processorPriority)), equals: 0x25)
            test.expect(Probe.writeMSR(LocalAPIC.taskPriority, 0) == nil)
        }
    }
    suite.test("x2APIC: switched off by software, its own interrupts are masked") { test in
        test.withLocalAPIC { test in
            test.expect(Probe.writeMSR(LocalAPIC.errorVector, 0xFE) == nil)
            test.expect(Probe.writeMSR(LocalAPIC.spuriousInterrupt, 0xFF) == nil)
            test.expect(test.expectValue(Probe.readMSR(LocalAPIC.errorVector)), equals: 0x1_00FE)
        }
    }
    localAPICInterrupts(&suite)
}

private func localAPICInterrupts(_ suite: inout Suite) {
    suite.test("x2APIC: an interrupt that the vCPU sends to itself arrives") { test in
        test.withLocalAPIC { test in
            let count = Interrupts.count(0x51)
            test.expect(Probe.writeMSR(LocalAPIC.selfInterrupt, 0x51) == nil)
            Processor.takeInterrupts()
            test.expect(Interrupts.count(0x51), equals: count + 1)
            test.expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 0) == nil)
        }
    }
    suite.test("x2APIC: an interrupt sent by the command register, in one write, arrives") { test in
        test.withLocalAPIC { test in
            let count = Interrupts.count(0x52)
            test.expect(Probe.writeMSR(LocalAPIC.interruptCommand, 0x52) == nil)
            Processor.takeInterrupts()
            test.expect(Interrupts.count(0x52), equals: count + 1)
            test.expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 0) == nil)
        }
    }
    suite.test("x2APIC: until the end of the first, an interrupt of the same class waits") { test in
        test.withLocalAPIC { test in
            let count = Interrupts.count(0x53)
            test.expect(Probe.writeMSR(LocalAPIC.selfInterrupt, 0x54) == nil)
            Processor.takeInterrupts()
            test.expect(Probe.writeMSR(LocalAPIC.selfInterrupt, 0x53) == nil)
            Processor.takeInterrupts()
            test.expect(Interrupts.count(0x53), equals: count)
            test.expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 0) == nil)
            Processor.takeInterrupts()
            test.expect(Interrupts.count(0x53), equals: count + 1)
            test.expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 0) == nil)
        }
    }
    suite.test("x2APIC: the task priority holds back interrupts of its class and below") { test in
        test.withLocalAPIC { test in
            let count = Interrupts.count(0x55)
            test.expect(Probe.writeMSR(LocalAPIC.taskPriority, 0x60) == nil)
            test.expect(Probe.writeMSR(LocalAPIC.selfInterrupt, 0x55) == nil)
            Processor.takeInterrupts()
            test.expect(Interrupts.count(0x55), equals: count)
            test.expect(Probe.writeMSR(LocalAPIC.taskPriority, 0) == nil)
            Processor.takeInterrupts()
            test.expect(Interrupts.count(0x55), equals: count + 1)
            test.expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 0) == nil)
        }
    }
}

/// The MSRs of the local APIC in x2APIC mode.
enum LocalAPIC {
    static var identifier: UInt32 { 0x802 }
    static var version: UInt32 { 0x803 }
    static var taskPriority: UInt32 { 0x808 }
    static var processorPriority: UInt32 { 0x80A }
    static var endOfInterrupt: UInt32 { 0x80B }
    static var logicalDestination: UInt32 { 0x80D }
    static var destinationFormat: UInt32 { 0x80E }
    static var spuriousInterrupt: UInt32 { 0x80F }
    static var errorStatus: UInt32 { 0x828 }
    static var interruptCommand: UInt32 { 0x830 }
    static var interruptCommandHigh: UInt32 { 0x831 }
    static var timerVector: UInt32 { 0x832 }
    static var lint0: UInt32 { 0x835 }
    static var errorVector: UInt32 { 0x837 }
    static var timerDivide: UInt32 { 0x83E }
    static var selfInterrupt: UInt32 { 0x83F }
}

extension Test {
    /// Calls `body` while the local APIC is in x2APIC mode and enabled by software.
    mutating func withLocalAPIC(_ body: (inout Test) -> Void) {
        let base = expectValue(Probe.readMSR(ModelSpecificRegister.apicBase))
        expect(Probe.writeMSR(ModelSpecificRegister.apicBase, base | 1 << 10) == nil)
        expect(Probe.writeMSR(LocalAPIC.spuriousInterrupt, 0x1FF) == nil)
        expect(Probe.writeMSR(LocalAPIC.taskPriority, 0) == nil)
        body(&self)
    }
}
