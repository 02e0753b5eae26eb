// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Testing

@testable import Hypervisor

/// The local APIC in xAPIC mode: a page of registers that the guest reads and writes as memory.
struct LocalAPICPageTests {
    let hypervisor = TestHypervisor()

    private static let page: UInt64 = 0xFEE0_0000

    private func makeGuest(vcpuCount: Int = 1) throws -> TestGuest {
        let guest = try hypervisor.makeGuest(vcpuCount: vcpuCount)
        for vcpu in guest.domain.vcpus {
            vcpu.localAPIC.spurious = 0x1FF
        }
        return guest
    }

    /// MOV EAX, [EBX]
    private func read(_ offset: UInt64, _ guest: TestGuest) throws -> UInt32 {
        guest.vcpu.registers.rbx = LocalAPICPageTests.page + offset
        try guest.emulate([0x8B, 0x03], touching: LocalAPICPageTests.page + offset)
        return UInt32(guest.vcpu.registers.rax)
    }

    /// MOV [EBX], EAX
    private func write(_ value: UInt32, at offset: UInt64, _ guest: TestGuest) throws {
        guest.vcpu.registers.rbx = LocalAPICPageTests.page + offset
        guest.vcpu.registers.rax = UInt64(value)
        try guest.emulate([0x89, 0x03], touching: LocalAPICPageTests.page + offset)
        #expect(!guest.vcpu.hasPending(.exception))
    }

    @Test("registers have what a reset leaves, and keep what is written, within their bits")
    func registers() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2).other(1)
        let initial: [(UInt64, UInt32)] = [
            (0x20, 2 << 24), (0x30, 0x0005_0014), (0x80, 0), (0xD0, 0), (0xE0, .max), (0xF0, 0xFF), (0x320, 1 << 16),
            (0x370, 1 << 16), (0x300, 0), (0x310, 0), (0x280, 0), (0x3F0, 0), (0x0, 0), (0xFF0, 0),
        ]
        for (offset, value) in initial { #expect(try read(offset, guest) == value) }
        let written: [(UInt64, UInt32)] = [
            (0xF0, 0x3FF), (0xD0, 0xFF00_0000), (0xE0, .max), (0x80, 0xFF), (0x310, 0xFF00_0000), (0x320, 0x7_10FF),
            (0x330, 0x1_17FF), (0x350, 0x1_F7FF), (0x370, 0x1_10FF), (0x3E0, 0xB), (0x30, 0x0005_0014),
            (0x20, .max),
        ]
        for (offset, value) in written {
            try write(.max, at: offset, guest)
            #expect(try read(offset, guest) == value)
        }
        try write(0x0FFF_FFFF, at: 0xE0, guest)
        #expect(try read(0xE0, guest) == 0x0FFF_FFFF)
    }

    @Test("a part of a register can be read and written; what lies between registers is zero")
    func parts() throws {
        let guest = try makeGuest()
        try write(0x1234_00FF, at: 0x320, guest)
        guest.vcpu.registers.rbx = LocalAPICPageTests.page + 0x322
        try guest.emulate([0x0F, 0xB6, 0x03])  // movzx eax, byte [rbx]
        #expect(guest.vcpu.registers.rax == 4)
        try guest.emulate([0xC6, 0x03, 0x02])  // mov byte [rbx], 2
        #expect(try read(0x320, guest) == 0x2_00FF)
        #expect(try read(0x324, guest) == 0)
        #expect(try read(0x322, guest) == 0)
        try write(7, at: 0x324, guest)
        guest.vcpu.registers.rbx = LocalAPICPageTests.page + 0x320
        try guest.emulate([0x48, 0x8B, 0x03])  // eight bytes
        #expect(guest.vcpu.registers.rax == 0)
    }

    @Test("an interrupt to oneself goes through its stations, and any write ends it")
    func selfInterrupt() throws {
        let guest = try makeGuest()
        try write(1 << 18 | 0x45, at: 0x300, guest)
        #expect(try read(0x300, guest) == 1 << 18 | 0x45)
        #expect(try read(0x220, guest) == 1 << 5)
        guest.enter()
        #expect(guest.control.deliver() == .interrupt(0x45))
        #expect(try read(0x120, guest) == 1 << 5)
        #expect(try read(0xA0, guest) == 0x40)
        try write(0x1234, at: 0xB0, guest)
        #expect(try read(0x120, guest) == 0)
    }

    @Test(
        "the command's destination is in bits 31:24 of its upper half: an identifier, or a logical one, flat or in clusters"
    )
    func destinations() throws {
        let guest = try makeGuest(vcpuCount: 3)
        func targets(_ high: UInt32, _ low: UInt32 = 0) throws -> [Int] {
            for vcpu in guest.domain.vcpus { vcpu.localAPIC.requested = InterruptBits() }
            try write(high, at: 0x310, guest)
            try write(low | 0x60, at: 0x300, guest)
            return (0..<3).filter { guest.domain.vcpus[$0].localAPIC.requested.highest == 0x60 }
        }
        #expect(try targets(2 << 24) == [1])
        #expect(try targets(0xFF << 24) == [0, 1, 2])
        #expect(try targets(1 << 24) == [])
        for (number, bit) in [(0, 1), (1, 2), (2, 4)] as [(Int, UInt32)] {
            try write(bit << 24, at: 0xD0, guest.other(number))
        }
        #expect(try targets(5 << 24, 1 << 11) == [0, 2])
        for (number, identifier) in [(0, 0x11), (1, 0x12), (2, 0x21)] as [(Int, UInt32)] {
            try write(identifier << 24, at: 0xD0, guest.other(number))
            try write(0, at: 0xE0, guest.other(number))
        }
        #expect(try targets(0x13 << 24, 1 << 11) == [0, 1])
        #expect(try targets(0x23 << 24, 1 << 11) == [2])
    }

    @Test("in x2APIC mode, and when it is off, the page is nothing")
    func modes() throws {
        let guest = try makeGuest()
        let base = guest.vcpu.localAPIC.base
        try guest.writeMSR(ModelSpecificRegister.apicBase, base | 1 << 10)
        #expect(try read(0x30, guest) == .max)
        try guest.writeMSR(ModelSpecificRegister.apicBase, base & ~(1 << 11))
        #expect(try read(0x30, guest) == .max)
        try guest.writeMSR(ModelSpecificRegister.apicBase, base)
        #expect(try read(0x30, guest) == 0x0005_0014)
    }

    @Test("another virtual CPU is started through the page")
    func startup() throws {
        let guest = try makeGuest(vcpuCount: 2)
        try write(2 << 24, at: 0x310, guest)
        try write(0xC500, at: 0x300, guest)
        #expect(!guest.domain.vcpus[1].isUp)
        try write(0x8500, at: 0x300, guest)
        try write(0x4600 | 0x9F, at: 0x300, guest)
        #expect(guest.domain.vcpus[1].activity == .runnable)
        #expect(guest.domain.vcpus[1].localAPIC.mode == .xAPIC)
    }
}
