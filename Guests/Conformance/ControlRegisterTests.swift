// SPDX-License-Identifier: MIT
import Architecture
import CPU
import GuestKit

/// Control registers, EFER and debug registers.
func controlRegisters(_ suite: inout Suite) {
    suite.test("CR4: bits that there are not, or of what CPUID hides, raise #GP") { test in
        for bit in Few<12, UInt64>([12, 13, 14, 15, 19, 24, 25, 31, 32, 40, 62, 63]) {
            test.expect(test.setCR4(bit: bit), raises: .generalProtection)
        }
        let features = Processor.identify(7)
        if features.ecx & 1 << 2 == 0 { test.expect(test.setCR4(bit: 11), raises: .generalProtection) }  // UMIP
        if features.ebx & 1 << 0 == 0 { test.expect(test.setCR4(bit: 16), raises: .generalProtection) }  // FSGSBASE
        if features.ebx & 1 << 7 == 0 { test.expect(test.setCR4(bit: 20), raises: .generalProtection) }  // SMEP
        if features.ebx & 1 << 20 == 0 { test.expect(test.setCR4(bit: 21), raises: .generalProtection) }  // SMAP
        if features.ecx & 1 << 3 == 0 { test.expect(test.setCR4(bit: 22), raises: .generalProtection) }  // PKE
        if features.ecx & 1 << 7 == 0 { test.expect(test.setCR4(bit: 23), raises: .generalProtection) }  // CET
        if Processor.identify(1).ecx & 1 << 17 == 0 { test.expect(test.setCR4(bit: 17), raises: .generalProtection) }
    }
    suite.test("CR4: PAE cannot be cleared in long mode, #GP") { test in
        test.expect(test.moveToControlRegister(4, cpu_read_cr4() & ~(1 << 5)), raises: .generalProtection)
    }
    suite.test("CR4: what is there can be set and cleared") { test in
        for bit in Few<6, UInt64>([2, 3, 4, 7, 8, 10]) {
            let before = cpu_read_cr4()
            test.expect(test.moveToControlRegister(4, before ^ 1 &<< bit) == nil)
            test.expect(cpu_read_cr4(), equals: before ^ 1 &<< bit)
            test.expect(test.moveToControlRegister(4, before) == nil)
        }
    }
    suite.test("CR0: the extension type stays set, reserved bits stay clear") { test in
        let value = cpu_read_cr0()
        test.expect(value & 1 << 4, equals: 1 << 4)
        test.expect(test.moveToControlRegister(0, value & ~(1 << 4)) == nil)
        test.expect(cpu_read_cr0(), equals: value)
        test.expect(test.moveToControlRegister(0, value | 1 << 3) == nil)
        test.expect(cpu_read_cr0(), equals: value | 1 << 3)
        test.expect(test.moveToControlRegister(0, value) == nil)
    }
    suite.test("CR8: the upper half of the task priority") { test in
        test.expect(test.moveToControlRegister(8, 5) == nil)
        test.withPage { test, page in
            var code = Code(in: page)
            code.append([0x44, 0x0F, 0x20, 0xC0, 0x48, 0x89, 0x87, 0, 8, 0, 0])  // mov rax, cr8; mov [rdi + 0x800], rax
            test.expect(code.run() == nil)
            test.expect(code.result(0), equals: 5)
        }
        test.expect(test.moveToControlRegister(8, 0) == nil)
    }
    suite.test("EFER: bits that there are not, and virtual machines, raise #GP") { test in
        let value = test.expectValue(Probe.readMSR(0xC000_0080))
        for bit in Few<9, UInt64>([1, 7, 9, 12, 16, 20, 31, 32, 63]) {
            test.expect(Probe.writeMSR(0xC000_0080, value | 1 &<< bit), raises: .generalProtection)
        }
        test.expect(Probe.readMSR(0xC000_0080) == .value(value))
    }
    suite.test("EFER: long mode cannot be left while paging is on, #GP") { test in
        let value = test.expectValue(Probe.readMSR(0xC000_0080))
        test.expect(value & 0x500, equals: 0x500)
        test.expect(Probe.writeMSR(0xC000_0080, value & ~0x100), raises: .generalProtection)
        test.expect(Probe.writeMSR(0xC000_0080, value ^ 1) == nil)
        test.expect(Probe.readMSR(0xC000_0080) == .value(value ^ 1))
        test.expect(Probe.writeMSR(0xC000_0080, value) == nil)
    }
    suite.test("debug registers: no breakpoint, and nothing has happened") { test in
        test.expect(test.readDebugRegister(7), equals: 0x400)
        for number in 0..<4 as Range<UInt8> { test.expect(test.readDebugRegister(number), equals: 0) }
        test.expect(Probe.readMSR(0x1D9) == .value(0))
    }
    suite.test("debug registers: addresses keep what is written; DR4 and DR5 are DR6 and DR7") { test in
        test.withPage { test, page in
            var code = Code(in: page)
            code.append([0x48, 0xB8])  // mov rax, imm64
            code.append(0xFFFF_8000_1234_5678 as UInt64)
            code.append([0x0F, 0x23, 0xC0, 0x0F, 0x23, 0xD8])  // mov dr0, rax; mov dr3, rax
            test.expect(code.run() == nil)
        }
        test.expect(test.readDebugRegister(0), equals: 0xFFFF_8000_1234_5678)
        test.expect(test.readDebugRegister(3), equals: 0xFFFF_8000_1234_5678)
        test.expect(test.readDebugRegister(5), equals: test.readDebugRegister(7))
        test.expect(test.readDebugRegister(4), equals: test.readDebugRegister(6))
        test.expect(test.execute([0x31, 0xC0, 0x0F, 0x23, 0xC0, 0x0F, 0x23, 0xD8]) == nil)
    }
}

extension Test {
    /// MOV to a control register. Answers the vector of the exception, or `nil`.
    fileprivate mutating func moveToControlRegister(_ number: UInt8, _ value: UInt64) -> UInt8? {
        var outcome: UInt8?
        withPage { _, page in
            var code = Code(in: page)
            code.append([0x48, 0xB8])  // mov rax, imm64
            code.append(value)
            code.append([number == 8 ? 0x44 : 0x90, 0x0F, 0x22, 0xC0 | (number & 7) &<< 3])
            outcome = code.run()
        }
        return outcome
    }

    /// Sets a bit of CR4, and clears it again if that was possible.
    fileprivate mutating func setCR4(bit: UInt64) -> UInt8? {
        let before = cpu_read_cr4()
        let outcome = moveToControlRegister(4, before | 1 &<< bit)
        if outcome == nil { cpu_write_cr4(before) }
        return outcome
    }

    fileprivate mutating func readDebugRegister(_ number: UInt8) -> UInt64 {
        var value: UInt64 = 0
        withPage { test, page in
            var code = Code(in: page)
            code.append([0x0F, 0x21, 0xC0 | number &<< 3])  // mov rax, drN
            code.append([0x48, 0x89, 0x87, 0x00, 0x08, 0x00, 0x00])  // mov [rdi + 0x800], rax
            test.expect(code.run() == nil)
            value = code.result(0)
        }
        return value
    }
}
