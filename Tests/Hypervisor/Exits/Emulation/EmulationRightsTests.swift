// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// An instruction in the processor's place has the rights that the guest's own access would have.
struct EmulationRightsTests {
    let hypervisor = TestHypervisor()

    /// A guest in long mode. It has pages at linear addresses 0 to 1 MiB for everybody, at 0x4000_0000 one for the kernel, then one
    /// for everybody that is read-only, one that has NX, one that is nowhere and, behind it, none.
    private func makeGuest() throws -> TestGuest {
        let guest = try hypervisor.makeGuest()
        let everybody: UInt64 = 0b111
        try guest.write(0x6_1000 | everybody, at: 0x6_0000)
        try guest.write(0x6_2000 | everybody, at: 0x6_1000)
        try guest.write(0x6_3000 | everybody, at: 0x6_1008)
        try guest.write(0x0 | everybody | 1 << 7, at: 0x6_2000)
        try guest.write(0x6_4000 | everybody, at: 0x6_3000)
        try guest.write(UInt64(0x5_0000 | 0b011), at: 0x6_4000)
        try guest.write(UInt64(0x5_1000 | 0b101), at: 0x6_4008)
        try guest.write(0x5_2000 | everybody | 1 << 63, at: 0x6_4010)
        try guest.write(TestGuest.nowhere | everybody, at: 0x6_4018)
        try guest.write(UInt64(0), at: 0x6_4020)
        guest.control.cr0 = [.protectionEnable, .paging, .writeProtect]
        guest.control.cr3 = 0x6_0000
        guest.control.cr4 = .physicalAddressExtension
        guest.control.efer = [.longModeEnable, .longModeActive, .noExecuteEnable]
        guest.vcpu.registers.rsi = EmulationRightsTests.unbacked
        return guest
    }

    private static let kernelPage: UInt64 = 0x4000_0000
    private static let readOnlyPage: UInt64 = 0x4000_1000
    private static let noExecutePage: UInt64 = 0x4000_2000
    private static let unbacked: UInt64 = 0x4000_3000
    private static let absentPage: UInt64 = 0x4000_4000

    /// Copies from nowhere to an address. Returns the exception.
    private func copy(to address: UInt64, _ guest: TestGuest) throws -> EventInjection? {
        guest.vcpu.registers.rdi = address
        try guest.emulate([0xA4])  // movsb
        return guest.takeException()
    }

    @Test("user code gets a page fault where it may not write, with the error code and CR2 of the processor's")
    func user() throws {
        let guest = try makeGuest()
        guest.control.privilegeLevel = 3
        #expect(try copy(to: EmulationRightsTests.kernelPage + 5, guest) == .exception(14, 7))
        #expect(guest.control.pageFaultAddress == EmulationRightsTests.kernelPage + 5)
        #expect(guest.vcpu.registers.rdi == EmulationRightsTests.kernelPage + 5)
        #expect(try copy(to: EmulationRightsTests.readOnlyPage, guest) == .exception(14, 7))
        #expect(try copy(to: EmulationRightsTests.absentPage, guest) == .exception(14, 6))
        #expect(try copy(to: EmulationRightsTests.noExecutePage, guest) == nil)
        #expect(guest.vcpu.registers.rdi == EmulationRightsTests.noExecutePage + 1)
    }

    @Test("the kernel obeys read-only pages when CR0.WP is set, and user pages when CR4.SMAP is and RFLAGS.AC is not")
    func kernel() throws {
        let guest = try makeGuest()
        #expect(try copy(to: EmulationRightsTests.kernelPage, guest) == nil)
        guest.vcpu.registers.rsi = EmulationRightsTests.unbacked
        #expect(try copy(to: EmulationRightsTests.readOnlyPage, guest) == .exception(14, 3))
        guest.control.cr0.remove(.writeProtect)
        #expect(try copy(to: EmulationRightsTests.readOnlyPage, guest) == nil)
        guest.control.cr4.insert(.supervisorAccessPrevention)
        guest.vcpu.registers.rsi = EmulationRightsTests.unbacked
        guest.control.instructionPointer = TestGuest.codePlace
        guest.exit(.nestedPageFault)
        #expect(guest.takeException() == .exception(14, 1))
        #expect(guest.control.pageFaultAddress == EmulationRightsTests.unbacked)
        guest.control.flags.insert(.alignmentCheck)
        #expect(try copy(to: EmulationRightsTests.kernelPage, guest) == nil)
    }

    @Test("code is fetched as code: not from pages with NX, not from a user's page under SMEP")
    func fetch() throws {
        let guest = try makeGuest()
        guest.control.instructionPointer = EmulationRightsTests.noExecutePage
        guest.control.faultAddress = GuestPhysicalAddress(TestGuest.nowhere)
        guest.exit(.nestedPageFault)
        #expect(guest.takeException() == .exception(14, 0x11))
        #expect(guest.control.pageFaultAddress == EmulationRightsTests.noExecutePage)
        guest.control.cr4.insert(.supervisorExecutionPrevention)
        try guest.emulate([0xA4])
        #expect(guest.takeException() == .exception(14, 0x11))
    }

    @Test(
        "an instruction that goes on in a page that is not there faults at that page; one that is too long is not allowed"
    )
    func incomplete() throws {
        let guest = try makeGuest()
        try guest.write(0x5_3000 | 0b111, at: 0x6_4018)
        guest.control.instructionPointer = EmulationRightsTests.absentPage - 2
        try guest.write([0x8B, 0x05], at: 0x5_3FFE)
        guest.control.faultAddress = GuestPhysicalAddress(TestGuest.nowhere)
        guest.exit(.nestedPageFault)
        #expect(guest.takeException() == .exception(14, 0x10))
        #expect(guest.control.pageFaultAddress == EmulationRightsTests.absentPage)
        try guest.emulate([UInt8](repeating: 0x66, count: 15))
        #expect(guest.takeException() == .exception(13, 0))
        try guest.emulate([0x8B, 0x03], at: TestGuest.codePlace + 0xFFF)  // whole, in two pages
        #expect(guest.takeException() == nil)
    }

    @Test("addresses are canonical: else #GP, or #SS for the stack's segment")
    func canonical() throws {
        let guest = try makeGuest()
        guest.vcpu.registers.rbx = 1 << 47
        try guest.emulate([0x8B, 0x03])
        #expect(guest.takeException() == .exception(13, 0))
        guest.vcpu.registers.rbp = (1 << 47) - 2
        try guest.emulate([0x8B, 0x45, 0x00])
        #expect(guest.takeException() == .exception(12, 0))
    }

    @Test("outside of 64-bit code segments have bases, limits and types")
    func segments() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = false
        var data = Segment.flatData
        (data.base, data.limit) = (TestGuest.nowhere, 0xF)
        guest.control.segments[.ds] = data
        guest.vcpu.registers.rbx = 0xC
        try guest.emulate([0x8B, 0x03])
        #expect(guest.vcpu.registers.rax == 0xFFFF_FFFF)
        guest.vcpu.registers.rbx = 0xD
        try guest.emulate([0x8B, 0x03])
        #expect(guest.takeException() == .exception(13, 0))
        data.attributes = SegmentAttributes(rawValue: 0xC91)  // may only be read
        guest.control.segments[.ds] = data
        guest.vcpu.registers.rbx = 0
        try guest.emulate([0x8B, 0x03])
        #expect(guest.takeException() == nil)
        try guest.emulate([0x89, 0x03])
        #expect(guest.takeException() == .exception(13, 0))
        data.attributes = SegmentAttributes(rawValue: 0xC97)  // expands down
        guest.control.segments[.ds] = data
        try guest.emulate([0x8B, 0x03])
        #expect(guest.takeException() == .exception(13, 0))
        guest.vcpu.registers.rbx = 0x10
        try guest.emulate([0x8B, 0x03])
        #expect(guest.takeException() == nil)
        guest.control.segments[.ss] = .null
        guest.vcpu.registers.rbp = 0
        try guest.emulate([0x8B, 0x45, 0x00])
        #expect(guest.takeException() == .exception(12, 0))
    }
}
