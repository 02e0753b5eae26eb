// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Testing
import XenInterface

@testable import Hypervisor

/// On a processor that claims to have everything.
struct CPUIDTests {
    let hypervisor = TestHypervisor()

    @Test("the results fill the low halves of four registers, and the upper ones are clear")
    func registers() throws {
        let guest = try hypervisor.makeGuest()
        for register in [\GuestRegisters.rax, \.rbx, \.rcx, \.rdx] { guest.vcpu.registers[keyPath: register] = .max }
        _ = try guest.cpuid(0)
        for register in [\GuestRegisters.rax, \.rbx, \.rcx, \.rdx] {
            #expect(guest.vcpu.registers[keyPath: register] >> 32 == 0)
        }
    }

    @Test("Xen is recognised by its signature, at the first of its leaves")
    func signature() throws {
        let guest = try hypervisor.makeGuest()
        let result = try guest.cpuid(0x4000_0000)
        #expect(result.eax >= 0x4000_0004 && result.eax <= 0x4000_0005)
        var text: [UInt8] = []
        for word in [result.ebx, result.ecx, result.edx] {
            for shift in 0..<4 { text.append(UInt8(truncatingIfNeeded: word >> (8 * shift))) }
        }
        #expect(String(decoding: text, as: UTF8.self) == "XenVMMXenVMM")
        #expect(try guest.cpuid(0x4000_0001).eax == 0x0004_0011)
        let page = try guest.cpuid(0x4000_0002)
        #expect(page.eax == 1)
        #expect(page.ebx == 0x4000_0000)
    }

    @Test("the time leaf has the clock's scale, and the counter's rate")
    func time() throws {
        let guest = try hypervisor.makeGuest()
        let clock = guest.monitor.clock
        #expect(try guest.cpuid(0x4000_0003, 0).ecx == 1_000_000)
        let scale = try guest.cpuid(0x4000_0003, 1)
        #expect(scale.ecx == clock.multiplier)
        #expect(Int32(bitPattern: scale.edx) == Int32(clock.shift))
        #expect(try guest.cpuid(0x4000_0003, 2).eax == 1_000_000)
        #expect(try guest.cpuid(0x4000_0003, 3).eax == 0)
    }

    @Test("a guest finds its own numbers, may have a vector for each virtual CPU, and maps what is valid for devices")
    func identity() throws {
        let guest = try hypervisor.makeGuest(7, vcpuCount: 3)
        let result = try guest.other(2).cpuid(0x4000_0004)
        #expect(result.ebx == 2)
        #expect(result.ecx == 7)
        #expect(result.eax == 0b101_1100)
        #expect(try guest.other(2).cpuid(0x4000_0004, 1).eax == 0)
    }

    @Test(
        "leaves behind the last one, and between the ranges, are zero",
        arguments: [
            0x4000_0006, 0x4000_00FF, 0x4000_0100, 0xE, 0x14, 0x8000_0009, 0x8000_001F, 0xFFFF_FFFF, 0x5000_0000,
        ] as [UInt32])
    func nothing(leaf: UInt32) throws {
        let guest = try hypervisor.makeGuest()
        let result = try guest.cpuid(leaf)
        #expect(result.eax | result.ebx | result.ecx | result.edx == 0)
    }

    @Test("there is a hypervisor with an x2APIC and a local APIC, and what guests cannot use is not there")
    func features() throws {
        let guest = try hypervisor.makeGuest()
        let result = try guest.cpuid(1)
        for bit in [31, 21] as [UInt32] { #expect(result.ecx & 1 << bit != 0) }
        for bit in [2, 3, 5, 6, 7, 8, 15, 17, 18, 24] as [UInt32] { #expect(result.ecx & 1 << bit == 0) }
        #expect(result.edx & 1 << 9 != 0)
        for bit in [7, 12, 14, 22, 28] as [UInt32] { #expect(result.edx & 1 << bit != 0) }
        for bit in [10, 18, 20, 21, 29, 30, 31] as [UInt32] { #expect(result.edx & 1 << bit == 0) }
        let extended = try guest.cpuid(0x8000_0001)
        // SVM, what watches other code, topology, performance counters, node numbers, masks of breakpoints.
        for bit in [2, 3, 9, 10, 12, 13, 15, 19, 22, 23, 24, 26, 27, 28, 29] as [UInt32] {
            #expect(extended.ecx & 1 << bit == 0)
        }
        #expect(extended.edx & 1 << 29 != 0)  // long mode
        #expect(try guest.cpuid(0xA).eax == 0)  // performance monitoring
    }

    @Test("OSXSAVE mirrors CR4")
    func osxsave() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try guest.cpuid(1).ecx & 1 << 27 == 0)
        guest.control.cr4 = .xsave
        #expect(try guest.cpuid(1).ecx & 1 << 27 != 0)
    }

    @Test("a processor whose XSAVE guests may not use has none of what needs it")
    func noXSAVE() throws {
        let guest = try TestHypervisor(extendedState: []).makeGuest()
        guest.control.cr4 = .xsave
        for bit in [12, 26, 27, 28] as [UInt32] { #expect(try guest.cpuid(1).ecx & 1 << bit == 0) }
        #expect(try guest.cpuid(0xD).eax == 0)
        #expect(try guest.cpuid(7).ebx & 1 << 5 == 0)
        #expect(try guest.cpuid(0x8000_0001).ecx & 1 << 11 == 0)
    }

    @Test("XSAVE has the components that guests may use, and their size")
    func xsave() throws {
        let guest = try hypervisor.makeGuest()
        let result = try guest.cpuid(0xD)
        #expect(result.eax == 0b111)
        #expect(result.edx == 0)
        #expect(result.ecx == 832)
        #expect(try guest.cpuid(0xD, 9).eax == 0)
        let narrow = try TestHypervisor(extendedState: [.x87, .sse]).makeGuest()
        #expect(try narrow.cpuid(0xD).eax == 0b011)
        #expect(try narrow.cpuid(0xD).ecx == 576)
        #expect(try narrow.cpuid(7).ebx & 1 << 5 == 0)
    }

    @Test("a local APIC that is off is not told of")
    func localAPICOff() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try guest.cpuid(1).edx & 1 << 9 != 0)
        try guest.vcpu.localAPIC.setBase(0xFEE0_0100)
        #expect(try guest.cpuid(1).edx & 1 << 9 == 0)
    }

    @Test("each virtual CPU has its own APIC identifier, the same in all leaves")
    func topology() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 4)
        for number in 0..<4 {
            let vcpu = guest.other(number)
            let identifier = UInt32(number) * 2
            #expect(try vcpu.cpuid(1).ebx >> 24 == identifier)
            for subleaf in UInt32(0)...1 { #expect(try vcpu.cpuid(0xB, subleaf).edx == identifier) }
            #expect(vcpu.vcpu.localAPIC.identifier == identifier)
        }
        #expect(try guest.cpuid(0xB, 0).ebx == 0)
        #expect(try guest.cpuid(0xB, 1).ecx == 1)
        #expect(try guest.cpuid(0xB, 2).ecx == 0)
    }

    @Test("identifiers are twice the numbers, so packages have room for twice the processors")
    func packages() {
        func policy(_ vendor: ProcessorVendor) -> CPUIDPolicy {
            CPUIDPolicy(extendedState: .x87, clock: hypervisor.monitor.clock, vendor: vendor, disguise: nil)
        }
        func answer(_ vendor: ProcessorVendor, _ leaf: UInt32, _ host: CPUIDResult) -> [UInt32] {
            let result = policy(vendor).filter(host, leaf: leaf, subleaf: 0, apicIdentifier: 6, cr4: [])
            return [result.eax, result.ebx, result.ecx, result.edx]
        }
        for (before, after) in [(0, 2), (1, 2), (0x7F, 0xFE), (0x80, 0x80), (0xFF, 0xFF)] as [(UInt32, UInt32)] {
            let result = answer(.amd, 1, CPUIDResult(eax: 0, ebx: 0x4400_0800 | before << 16, ecx: 0, edx: 0))
            #expect(result[1] == 0x0600_0800 | after << 16)
        }
        for (before, after) in [(0, 1), (0x3007, 0x400F), (0xF07F, 0xF07F), (7, 15)] as [(UInt32, UInt32)] {
            let host = CPUIDResult(eax: 0x30_3028, ebx: .max, ecx: before | 0x30000, edx: 5)
            #expect(answer(.amd, 0x8000_0008, host) == [0x3028, 1 << 20, after, 0])
            #expect(answer(.intel, 0x8000_0008, host) == [0x3028, 0, 0, 0])
        }
        let cache = CPUIDResult(eax: 0x0C00_4121, ebx: 1, ecx: 2, edx: 3)
        #expect(answer(.intel, 4, cache) == [0x1C00_0121, 1, 2, 3])
        #expect(answer(.amd, 4, cache) == [0, 0, 0, 0])
        #expect(answer(.intel, 4, CPUIDResult()) == [0, 0, 0, 0])
    }

    @Test("a kernel can make CPUID fault, but not for itself")
    func faulting() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try guest.readMSR(0xCE) == 1 << 31)
        try guest.writeMSR(0x140, 1)
        #expect(try guest.readMSR(0x140) == 1)
        #expect(try guest.cpuid(0x4000_0001).eax == 0x0004_0011)
        guest.control.privilegeLevel = 3
        guest.vcpu.registers.rax = 0
        guest.exit(.cpuid)
        guest.enter()
        #expect(guest.control.deliver() == .exception(13, 0))
        #expect(guest.vcpu.registers.rax == 0)
        guest.control.privilegeLevel = 0
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.writeMSR(0x140, 2) }
        try guest.writeMSR(0x140, 0)
        guest.control.privilegeLevel = 3
        #expect(try guest.cpuid(0x4000_0001).eax == 0x0004_0011)
    }
}
