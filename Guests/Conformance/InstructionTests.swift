// SPDX-License-Identifier: MIT
import Architecture
import GuestKit

/// Instructions that the hypervisor has a part in.
func instructions(_ suite: inout Suite) {
    suite.test("instructions: those of AMD's virtual machines raise #UD") { test in
        for last in Few<7, UInt8>([0xD8, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF]) {  // VMRUN to INVLPGA, without VMMCALL
            test.expect(test.execute([0x0F, 0x01, last]), raises: .invalidOpcode)
        }
    }
    suite.test("instructions: those of Intel's virtual machines raise #UD") { test in
        for last in Few<4, UInt8>([0xC2, 0xC3, 0xC4, 0xD4]) {  // VMLAUNCH, VMRESUME, VMXOFF, VMFUNC
            test.expect(test.execute([0x0F, 0x01, last]), raises: .invalidOpcode)
        }
        test.expect(test.execute([0xF3, 0x0F, 0xC7, 0xB7, 0, 8, 0, 0]), raises: .invalidOpcode)  // VMXON
        test.expect(test.execute([0x0F, 0xC7, 0xB7, 0, 8, 0, 0]), raises: .invalidOpcode)  // VMPTRLD
        test.expect(test.execute([0x0F, 0xC7, 0xBF, 0, 8, 0, 0]), raises: .invalidOpcode)  // VMPTRST
        test.expect(test.execute([0x66, 0x0F, 0xC7, 0xB7, 0, 8, 0, 0]), raises: .invalidOpcode)  // VMCLEAR
        test.expect(test.execute([0x0F, 0x78, 0xC0]), raises: .invalidOpcode)  // VMREAD
        test.expect(test.execute([0x0F, 0x79, 0xC0]), raises: .invalidOpcode)  // VMWRITE
        test.expect(test.execute([0x66, 0x0F, 0x38, 0x80, 0x07]), raises: .invalidOpcode)  // INVEPT
        test.expect(test.execute([0x66, 0x0F, 0x38, 0x81, 0x07]), raises: .invalidOpcode)  // INVVPID
    }
    suite.test("instructions: the other vendor's hypercall raises #UD") { test in
        test.expect(test.execute([0x0F, 0x01, Processor.isByAMD ? 0xC1 : 0xD9]), raises: .invalidOpcode)
    }
    suite.test("instructions: MONITOR and MWAIT raise #UD") { test in
        test.expect(test.execute([0x48, 0x89, 0xF8, 0x31, 0xC9, 0x31, 0xD2, 0x0F, 0x01, 0xC8]), raises: .invalidOpcode)
        test.expect(test.execute([0x31, 0xC0, 0x31, 0xC9, 0x0F, 0x01, 0xC9]), raises: .invalidOpcode)
    }
    suite.test("instructions: WBINVD does no harm") { test in
        test.withPage { test, page in
            Memory.store64(0x1234_5678_9ABC, at: page)
            test.expect(test.execute([0x0F, 0x09]) == nil)
            test.expect(Memory.load64(page), equals: 0x1234_5678_9ABC)
        }
    }
    suite.test("instructions: the single-step flag after CPUID and OUT, before the next one") { test in
        for bytes in Few<3, InlineArray<2, UInt8>>([[0x0F, 0xA2], [0xE6, 0x80], [0xE4, 0x80]]) {
            test.expectOneStep(bytes)
        }
    }
    suite.test("instructions: behind the last one of the lower half of all addresses, #GP") { test in
        test.withHighPage(511) { test, page in
            let end = page &+ Memory.pageSize
            for bytes in Few<3, InlineArray<2, UInt8>>([[0x90, 0x90], [0x0F, 0xA2], [0xE6, 0x80]]) {
                Memory.store8(bytes[0], at: end &- 2)
                Memory.store8(bytes[1], at: end &- 1)
                test.expect(Probe.call(end &- 2), raises: .generalProtection)
            }
        }
    }
}

extension Test {
    /// Executes an instruction of two bytes with RFLAGS.TF set, and expects the debug exception before the next one.
    fileprivate mutating func expectOneStep(_ bytes: InlineArray<2, UInt8>, line: UInt = #line) {
        withPage { test, page in
            var code = Code(in: page)
            code.append([0x48, 0x89, 0xFE])  // mov rsi, rdi
            code.append([0x53, 0x31, 0xC0, 0x31, 0xC9])  // push rbx; xor eax, eax; xor ecx, ecx
            code.append([0x9C, 0x81, 0x0C, 0x24, 0, 1, 0, 0])  // pushfq; or dword [rsp], TF
            code.append([0x9D])  // popfq
            code.append(bytes)
            code.append([0xFF, 0x86, 0, 8, 0, 0])  // inc dword [rsi + 0x800]
            code.append([0xFF, 0x86, 0, 8, 0, 0])
            test.expect(code.run(), raises: .debug, line: line)
            test.expect(code.result(0), equals: 0, line: line)
        }
    }
}
