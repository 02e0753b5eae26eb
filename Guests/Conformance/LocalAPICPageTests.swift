// SPDX-License-Identifier: MIT
import Architecture
import GuestKit

/// The local APIC in xAPIC mode, in which the guest starts: a page of registers at 0xFEE00000. (Intel SDM vol. 3A, chapter 11.4)
func localAPICPage(_ suite: inout Suite) {
    suite.test("xAPIC: the identifier is 0, the version that of an integrated APIC") { test in
        test.withLocalAPICPage { test in
            test.expect(Memory.load32(LocalAPICPage.identifier), equals: 0)
            test.expect(Memory.load32(LocalAPICPage.version), equals: 0x0005_0014)
        }
    }
    suite.test("xAPIC: registers have the bits that they have, whatever is written") { test in
        test.withLocalAPICPage { test in
            for (register, value) in Few<12, (UInt64, UInt32)>([
                (0x80, 0xFF), (0xD0, 0xFF00_0000), (0xE0, 0xFFFF_FFFF), (0xF0, 0x3FF), (0x310, 0xFF00_0000),
                (0x320, 0x7_10FF), (0x330, 0x1_17FF), (0x340, 0x1_17FF), (0x350, 0x1_F7FF), (0x360, 0x1_F7FF),
                (0x370, 0x1_10FF), (0x3E0, 0xB),
            ]) {
                Memory.store32(0xFFFF_FFFF, at: LocalAPICPage.address &+ register)
                test.expect(Memory.load32(LocalAPICPage.address &+ register), equals: value)
            }
        }
    }
    suite.test("xAPIC: there is nothing between the registers, and eight bytes are too many") { test in
        test.withLocalAPICPage { test in
            test.expect(Memory.load32(LocalAPICPage.version &+ 4), equals: 0)
            test.expect(Memory.load64(LocalAPICPage.version), equals: 0)
            Memory.store32(0xFF, at: LocalAPICPage.taskPriority &+ 8)
            test.expect(Memory.load32(LocalAPICPage.taskPriority), equals: 0)
        }
    }
    suite.test("xAPIC: a part of a register can be read and written") { test in
        test.withLocalAPICPage { test in
            test.expect(Memory.loadExtended8(LocalAPICPage.version &+ 2), equals: 5)
            test.expect(Memory.load16(LocalAPICPage.version), equals: 0x14)
            Memory.store8(0x30, at: LocalAPICPage.taskPriority)
            test.expect(Memory.load32(LocalAPICPage.taskPriority), equals: 0x30)
            test.expect(Memory.exchangeAndAdd32(0x10, at: LocalAPICPage.taskPriority), equals: 0x30)
            test.expect(Memory.load32(LocalAPICPage.taskPriority), equals: 0x40)
        }
    }
    suite.test("xAPIC: what cannot be written stays as it is") { test in
        test.withLocalAPICPage { test in
            for register in Few<7, UInt64>([0x30, 0x90, 0xA0, 0x100, 0x180, 0x200, 0x390]) {
                let before = Memory.load32(LocalAPICPage.address &+ register)
                Memory.store32(0xFFFF_FFFF, at: LocalAPICPage.address &+ register)
                test.expect(Memory.load32(LocalAPICPage.address &+ register), equals: before)
            }
        }
    }
    localAPICPageInterrupts(&suite)
    localAPICPageErrors(&suite)
    localAPICModes(&suite)
}

private func localAPICPageErrors(_ suite: inout Suite) {
    suite.test("xAPIC: a vector below 16 is not sent; the error can be read at once, and raises its interrupt once") {
        test in
        test.withLocalAPICPage { test in
            let count = Interrupts.count(0x63)
            Memory.store32(0x63, at: LocalAPICPage.errorVector)
            for _ in 0..<2 {
                Memory.store32(1 << 18 | 5, at: LocalAPICPage.interruptCommand)
                test.expect(Memory.load32(LocalAPICPage.errorStatus), equals: 1 << 5)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(0x63), equals: count + 1)
                Memory.store32(0, at: LocalAPICPage.endOfInterrupt)
                Memory.store32(0, at: LocalAPICPage.errorStatus)
            }
        }
    }
    suite.test("xAPIC: an error whose own interrupt has a vector below 16 comes to its end") { test in
        test.withLocalAPICPage { test in
            Memory.store32(0, at: LocalAPICPage.errorStatus)
            Memory.store32(0xF, at: LocalAPICPage.errorVector)
            Memory.store32(0xF, at: LocalAPICPage.interruptCommand)
            Memory.store32(0, at: LocalAPICPage.errorStatus)
            test.expect(Memory.load32(LocalAPICPage.errorStatus), equals: 1 << 5)
            Memory.store32(0, at: LocalAPICPage.errorStatus)
        }
    }
}

private func localAPICPageInterrupts(_ suite: inout Suite) {
    suite.test("xAPIC: an interrupt that the vCPU sends to itself arrives, and any write ends it") { test in
        test.withLocalAPICPage { test in
            let count = Interrupts.count(0x61)
            Memory.store32(1 << 18 | 0x61, at: LocalAPICPage.interruptCommand)
            test.expect(Memory.load32(LocalAPICPage.interruptCommand), equals: 1 << 18 | 0x61)
            test.expect(Memory.load32(LocalAPICPage.requested &+ 0x30), equals: 2)
            Processor.takeInterrupts()
            test.expect(Interrupts.count(0x61), equals: count + 1)
            test.expect(Memory.load32(LocalAPICPage.inService &+ 0x30), equals: 2)
            test.expect(Memory.load32(LocalAPICPage.processorPriority), equals: 0x60)
            Memory.store32(0x1234, at: LocalAPICPage.endOfInterrupt)
            test.expect(Memory.load32(LocalAPICPage.inService &+ 0x30), equals: 0)
        }
    }
    suite.test("xAPIC: the destination is an identifier, or a bit of the logical one, or all") { test in
        test.withLocalAPICPage { test in
            Memory.store32(0x0200_0000, at: LocalAPICPage.logicalDestination)
            Memory.store32(0xFFFF_FFFF, at: LocalAPICPage.destinationFormat)
            let count = Interrupts.count(0x62)
            for (destination, command, arrives) in Few<6, (UInt32, UInt32, UInt32)>([
                (0, 0x62, 1), (1, 0x62, 0), (0xFF, 0x62, 1), (2, 1 << 11 | 0x62, 1), (3, 1 << 11 | 0x62, 1),
                (4, 1 << 11 | 0x62, 0),
            ]) {
                let before = Interrupts.count(0x62)
                Memory.store32(destination << 24, at: LocalAPICPage.interruptCommandHigh)
                Memory.store32(command, at: LocalAPICPage.interruptCommand)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(0x62), equals: before + arrives)
                if arrives != 0 { Memory.store32(0, at: LocalAPICPage.endOfInterrupt) }
            }
            test.expect(Interrupts.count(0x62), equals: count + 4)
        }
    }
    suite.test("xAPIC: the identifier can be written, and names the local APIC then; x2APIC mode has its own") { test in
        test.withLocalAPICPage { test in
            Memory.store32(0x0500_0000, at: LocalAPICPage.identifier)
            test.expect(Memory.load32(LocalAPICPage.identifier), equals: 0x0500_0000)
            for (destination, arrives) in Few<2, (UInt32, UInt32)>([(5, 1), (0, 0)]) {
                let before = Interrupts.count(0x62)
                Memory.store32(destination << 24, at: LocalAPICPage.interruptCommandHigh)
                Memory.store32(0x62, at: LocalAPICPage.interruptCommand)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(0x62), equals: before + arrives)
                Memory.store32(0, at: LocalAPICPage.endOfInterrupt)
            }
            test.expect(Processor.identify(1).ebx >> 24, equals: 0)
            test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, LocalAPICPage.on | 1 << 10) == nil)
            test.expect(test.expectValue(Probe.readMSR(LocalAPIC.identifier)), equals: 0)
        }
        test.expect(Memory.load32(LocalAPICPage.identifier), equals: 0)
    }
}

private func localAPICModes(_ suite: inout Suite) {
    suite.test("xAPIC: the registers of x2APIC mode raise #GP") { test in
        test.withLocalAPICPage { test in
            test.expect(Probe.readMSR(LocalAPIC.identifier), raises: .generalProtection)
            test.expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 0), raises: .generalProtection)
        }
    }
    suite.test("local APIC: off, it has no page and CPUID does not tell of it; from there is no way to x2APIC mode") {
        test in
        test.withLocalAPICPage { test in
            test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, LocalAPICPage.off) == nil)
            test.expect(Memory.load32(LocalAPICPage.version), equals: 0xFFFF_FFFF)
            test.expect(Processor.identify(1).edx & 1 << 9, equals: 0)
            let extended = LocalAPICPage.on | 1 << 10
            test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, extended), raises: .generalProtection)
            test.expect(
                Probe.writeMSR(ModelSpecificRegister.apicBase, LocalAPICPage.off | 1 << 10), raises: .generalProtection)
        }
        test.expect(Processor.identify(1).edx & 1 << 9 != 0)
    }
    suite.test("local APIC: on again, it is as after a reset") { test in
        test.withLocalAPICPage { test in
            Memory.store32(0x55, at: LocalAPICPage.taskPriority)
            test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, LocalAPICPage.off) == nil)
            test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, LocalAPICPage.on) == nil)
            test.expect(Memory.load32(LocalAPICPage.taskPriority), equals: 0)
            test.expect(Memory.load32(LocalAPICPage.spuriousInterrupt), equals: 0xFF)
            test.expect(Memory.load32(LocalAPICPage.logicalDestination), equals: 0)
            test.expect(Memory.load32(LocalAPICPage.destinationFormat), equals: 0xFFFF_FFFF)
        }
    }
    suite.test("local APIC: in x2APIC mode it has no page") { test in
        test.withLocalAPICPage { test in
            test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, LocalAPICPage.on | 1 << 10) == nil)
            test.expect(Memory.load32(LocalAPICPage.version), equals: 0xFFFF_FFFF)
        }
    }
    suite.test("local APIC: whether it is the boot processor's can be written") { test in
        for base in Few<2, UInt64>([LocalAPICPage.on & ~(1 << 8), LocalAPICPage.on]) {
            test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, base) == nil)
            test.expect(test.expectValue(Probe.readMSR(ModelSpecificRegister.apicBase)), equals: base)
        }
    }
    suite.test("local APIC: the page cannot be moved") { test in
        for base in Few<3, UInt64>([0xFED0_0900, 0x900, 0x1_FEE0_0900]) {
            test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, base), raises: .generalProtection)
        }
    }
}

/// The registers of the local APIC in xAPIC mode.
enum LocalAPICPage {
    /// APIC_BASE of the first vCPU, in xAPIC mode and off.
    static var on: UInt64 { 0xFEE0_0900 }
    static var off: UInt64 { 0xFEE0_0100 }

    static var address: UInt64 { 0xFEE0_0000 }
    static var identifier: UInt64 { address &+ 0x20 }
    static var version: UInt64 { address &+ 0x30 }
    static var taskPriority: UInt64 { address &+ 0x80 }
    static var processorPriority: UInt64 { address &+ 0xA0 }
    static var endOfInterrupt: UInt64 { address &+ 0xB0 }
    static var logicalDestination: UInt64 { address &+ 0xD0 }
    static var destinationFormat: UInt64 { address &+ 0xE0 }
    static var spuriousInterrupt: UInt64 { address &+ 0xF0 }
    static var inService: UInt64 { address &+ 0x100 }
    static var requested: UInt64 { address &+ 0x200 }
    static var errorStatus: UInt64 { address &+ 0x280 }
    static var errorVector: UInt64 { address &+ 0x370 }
    static var interruptCommand: UInt64 { address &+ 0x300 }
    static var interruptCommandHigh: UInt64 { address &+ 0x310 }
}

extension Test {
    /// Calls `body` while the local APIC is in xAPIC mode, as after a reset but switched on by software. Whatever mode `body`
    /// leaves it in, it is reset afterwards.
    mutating func withLocalAPICPage(_ body: (inout Test) -> Void) {
        resetLocalAPIC()
        Memory.store32(0x1FF, at: LocalAPICPage.spuriousInterrupt)
        body(&self)
        resetLocalAPIC()
    }

    private mutating func resetLocalAPIC() {
        expect(Probe.writeMSR(ModelSpecificRegister.apicBase, LocalAPICPage.off) == nil)
        expect(Probe.writeMSR(ModelSpecificRegister.apicBase, LocalAPICPage.on) == nil)
    }
}
