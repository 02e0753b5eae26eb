// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// Lists of calls. (Xen public header `xen.h`, struct multicall_entry)
struct MulticallTests {
    let hypervisor = TestHypervisor()

    private func put(_ guest: TestGuest, _ index: UInt64, _ number: UInt64, _ first: UInt64 = 0, _ second: UInt64 = 0)
        throws
    {
        var entry = MulticallEntry()
        (entry.operation, entry.argument0, entry.argument1) = (number, first, second)
        try guest.place(entry, at: place(guest, index))
    }

    private func place(_ guest: TestGuest, _ index: UInt64) -> UInt64 {
        TestGuest.arrayPlace + 0xFE0 + index * (guest.control.isIn64BitCode ? 64 : 32)
    }

    private func run(_ guest: TestGuest, count: UInt64) -> (result: Int64, turns: Int) {
        let start = guest.control.instructionPointer
        _ = guest.call(.multicall, place(guest, 0), count)
        var turns = 1
        while guest.control.instructionPointer == start, guest.vcpu.activity == .runnable {
            guest.exit(.hypercall)
            turns += 1
        }
        return (guest.result, turns)
    }

    @Test("each entry takes up its result, in the layout of the caller", arguments: [true, false])
    func results(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        guest.vcpu.isInTurn = true
        for index in 0..<100 as Range<UInt64> { try put(guest, index, index % 2 == 0 ? 17 : 60) }
        let (result, turns) = run(guest, count: 100)
        #expect(result == 0)
        #expect(turns == 4)
        for index in 0..<100 as Range<UInt64> {
            let entry = try guest.fetch(MulticallEntry.self, at: place(guest, index))
            let value = is64Bit ? Int64(bitPattern: entry.result) : Int64(Int32(truncatingIfNeeded: entry.result))
            #expect(value == (index % 2 == 0 ? 0x40011 : -38))
        }
        #expect((is64Bit ? guest.vcpu.registers.rdi : guest.vcpu.registers.rbx) == place(guest, 96))
    }

    @Test("a list within a list is refused")
    func nested() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.isInTurn = true
        try put(guest, 0, 13, place(guest, 0), 1)
        #expect(run(guest, count: 1).result == 0)
        #expect(try Int64(bitPattern: guest.fetch(MulticallEntry.self, at: place(guest, 0)).result) == -22)
    }

    @Test("an entry that cannot be read ends the list, and the registers are the caller's")
    func badList() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.isInTurn = true
        guest.vcpu.registers.r10 = 0x77
        #expect(guest.call(.multicall, 0x10_0000, 3) == -14)
        #expect(guest.vcpu.registers.rdi == 0x10_0000)
        #expect(guest.vcpu.registers.rsi == 3)
        #expect(guest.vcpu.registers.r10 == 0x77)
    }

    @Test("a call of the list may take the list away; nobody else's memory is written")
    func takesTheListAway() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.isInTurn = true
        let list = TestGuest.arrayPlace + 0x1000
        try guest.write(list >> 12, at: TestGuest.arrayPlace)
        try guest.place(
            MemoryOperation.Reservation(extentStart: TestGuest.arrayPlace, extentCount: 1, domain: .caller))
        var entry = MulticallEntry()
        (entry.operation, entry.argument0, entry.argument1) = (12, 1, TestGuest.argumentPlace)
        try guest.place(entry, at: list)
        try guest.place(entry, at: list + 64)
        let mapping = guest.domain.physicalMap.lookup(GuestPhysicalAddress(list).frame)
        let frame = try #require(mapping?.frame)
        #expect(hypervisor.arena.allocator.hold(frame))  // makes room for the notes
        hypervisor.arena.allocator.letGo(of: frame)
        let free = hypervisor.arena.allocator.freeCount
        let result = guest.call(.multicall, list, 2)
        #expect(result == 0 || result == -14)
        #expect(guest.domain.physicalMap.lookup(GuestPhysicalAddress(list).frame)?.use == nil)
        #expect(hypervisor.arena.allocator.freeCount == free + 1)
    }

    @Test("a call that ends the turn is followed by the rest of the list later")
    func yields() throws {
        let guest = try hypervisor.makeGuest()
        _ = try hypervisor.makeGuest(2)
        guest.vcpu.isInTurn = true
        try put(guest, 0, 29, 0)
        try put(guest, 1, 17)
        let start = guest.control.instructionPointer
        _ = guest.call(.multicall, place(guest, 0), 2)
        #expect(guest.control.instructionPointer == start)
        #expect(guest.vcpu.registers.rsi == 1)
        guest.vcpu.isInTurn = true
        guest.exit(.hypercall)
        #expect(guest.result == 0)
        #expect(try guest.fetch(MulticallEntry.self, at: place(guest, 1)).result == 0x40011)
    }
}
