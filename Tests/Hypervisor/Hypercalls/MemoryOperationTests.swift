// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct MemoryOperationTests {
    let hypervisor = TestHypervisor()

    private func add(
        _ guest: TestGuest, _ space: PhysicalMapSpace, index: UInt64 = 0, at frame: UInt64,
        of domain: DomainIdentifier = .caller
    ) throws -> Int64 {
        let arguments = MemoryOperation.AddToPhysicalMap(
            domain: domain, space: space.rawValue, index: index, guestFrame: frame)
        return try guest.call(.memoryOperation, MemoryOperation.addToPhysicalMap.rawValue, arguments)
    }

    private func lookup(_ guest: TestGuest, _ frame: UInt64) -> NestedPageTables.Mapping? {
        guest.domain.physicalMap.lookup(GuestFrame(frame))
    }

    @Test(
        "shared information replaces memory, which is freed, and moves on when it is mapped elsewhere",
        arguments: [true, false])
    func sharedInfo(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        let before = hypervisor.arena.allocator.freeCount
        let memory = guest.domain.physicalMap.ramFrameCount
        #expect(try add(guest, .sharedInfo, at: 0x20) == 0)
        #expect(lookup(guest, 0x20)?.frame == guest.domain.sharedInfo.frame)
        #expect(lookup(guest, 0x20)?.use == .special)
        #expect(guest.domain.physicalMap.ramFrameCount == memory - 1)
        #expect(hypervisor.arena.allocator.freeCount == before + 1)
        #expect(
            try guest.read(UInt32.self, at: 0x2_0000 + UInt64(guest.domain.sharedInfo.layout.wallClockSeconds))
                == 1_700_000_000)

        #expect(try add(guest, .sharedInfo, at: 0x8_0000) == 0)
        #expect(lookup(guest, 0x20)?.use == nil)
        #expect(lookup(guest, 0x8_0000)?.frame == guest.domain.sharedInfo.frame)
        #expect(try add(guest, .sharedInfo, at: 0x8_0000) == 0)
        #expect(guest.generation > 1, "old translations must not be used any more")
    }

    @Test("grant frames are mapped as the table grows; one is at one place at a time")
    func grantFrames() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try add(guest, .grantTable, index: 5, at: 0x9_0000) == 0)
        #expect(guest.domain.grantTable.frameCount == 6)
        #expect(try add(guest, .grantTable, index: 0, at: 0x9_0001) == 0)
        let first = lookup(guest, 0x9_0001)?.frame
        #expect(first != lookup(guest, 0x9_0000)?.frame)
        #expect(try add(guest, .grantTable, index: 0, at: 0x9_0000) == 0)
        #expect(lookup(guest, 0x9_0000)?.frame == first)
        #expect(lookup(guest, 0x9_0001)?.use == nil)
        // The console's grant, as the builder has left it.
        #expect(try guest.read(UInt64.self, at: 0x9000_0000) == 0xF_EFFF << 32 | 1)
    }

    @Test("indices and frames that cannot be are refused", arguments: [true, false])
    func addRefusals(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        #expect(try add(guest, .sharedInfo, index: 1, at: 0x20) == -22)
        #expect(try add(guest, .grantTable, index: 64, at: 0x20) == -22)
        #expect(try add(guest, .grantTable, index: 1 << 31, at: 0x20) == -22)
        #expect(lookup(guest, 0x20)?.use == .ram)
        if is64Bit {
            for (frame, result) in [(.max, -22), (1 << 36, -2), (1 << 52, -2)] as [(UInt64, Int64)] {
                #expect(try add(guest, .sharedInfo, at: frame) == result)
                #expect(try add(guest, .grantTable, at: frame) == result)
                #expect(try add(guest, .guestFrame, index: 1, at: frame) == result)
            }
        }
        let unknown = MemoryOperation.AddToPhysicalMap(domain: .caller, space: 6, index: 0, guestFrame: 0x20)
        #expect(try guest.call(.memoryOperation, MemoryOperation.addToPhysicalMap.rawValue, unknown) == -22)
        #expect(try add(guest, .foreignFrame, at: 0x20) == -38)
    }

    @Test("an ordinary domain maps into itself only")
    func otherDomains() throws {
        let guest = try hypervisor.makeGuest()
        let other = try hypervisor.makeGuest(2)
        #expect(try add(guest, .sharedInfo, at: 0x20, of: other.identifier) == -1)
        #expect(try add(guest, .sharedInfo, at: 0x20, of: .control) == -13)
        #expect(try add(guest, .sharedInfo, at: 0x20, of: DomainIdentifier(rawValue: 9)) == -3)
        #expect(try add(guest, .sharedInfo, at: 0x20, of: guest.identifier) == 0)
        #expect(lookup(other, 0x20)?.use == .ram)
    }

    @Test("memory moves with its content, and what was at its new place is freed")
    func moveMemory() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write(UInt64(0x1234), at: 0x2_0008)
        let before = hypervisor.arena.allocator.freeCount
        #expect(try add(guest, .guestFrame, index: 0x20, at: 0x21) == 0)
        #expect(try guest.read(UInt64.self, at: 0x2_1008) == 0x1234)
        #expect(lookup(guest, 0x20)?.use == nil)
        #expect(hypervisor.arena.allocator.freeCount == before + 1)
        #expect(try add(guest, .guestFrame, index: 0x20, at: 0x30) == -22)
        #expect(try add(guest, .guestFrame, index: 0x30, at: 0x30) == 0)
        #expect(try add(guest, .sharedInfo, at: 0x22) == 0)
        #expect(try add(guest, .guestFrame, index: 0x22, at: 0x31) == -22)
    }

    @Test("a batch has a result for each page, and is continued after 64", arguments: [true, false])
    func batch(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        try placeBatch(guest)
        let start = guest.control.instructionPointer
        let operation = UInt64(MemoryOperation.addToPhysicalMapBatch.rawValue)
        _ = guest.call(.memoryOperation, operation, TestGuest.argumentPlace)
        #expect(guest.control.instructionPointer == start)  // not done yet: the instruction is executed again
        #expect(guest.vcpu.registers.rax == UInt64(HypercallNumber.memoryOperation.rawValue))
        guest.exit(.hypercall)
        #expect(guest.control.instructionPointer == start + 3)
        #expect(guest.result == 0)
        for index in UInt64(0)..<100 {
            #expect(try guest.read(Int32.self, at: 0x5_2000 + index * 4) == (index == 70 ? -22 : 0))
        }
        #expect(lookup(guest, 0x9_0063)?.use == .special)
        #expect(lookup(guest, 0x9_0000)?.use == nil)  // frame 0 has moved on to 0x9_0040
    }

    /// A batch of 100 grant frames, of which the one at index 70 does not exist.
    private func placeBatch(_ guest: TestGuest) throws {
        for index in UInt64(0)..<100 {
            for (place, value) in [(0x5_0000 as UInt64, index == 70 ? 99 : index % 64), (0x5_1000, 0x9_0000 + index)] {
                if guest.control.isIn64BitCode {
                    try guest.write(value, at: place + index * 8)
                } else {
                    try guest.write(UInt32(value), at: place + index * 4)
                }
            }
        }
        var arguments = MemoryOperation.AddToPhysicalMapBatch()
        arguments.domain = .caller
        arguments.space = UInt16(PhysicalMapSpace.grantTable.rawValue)
        arguments.size = 100
        (arguments.indices, arguments.guestFrames, arguments.errors) = (0x5_0000, 0x5_1000, 0x5_2000)
        try guest.place(arguments)
    }

    @Test("a page for which no table can be had stays where it was, and so does what was at its new place")
    func failingChangesNothing() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try add(guest, .sharedInfo, at: 0x9_0000) == 0)
        #expect(try add(guest, .grantTable, at: 0x9_0001) == 0)
        try guest.write(UInt64(0x1234), at: 0x2_0008)
        hypervisor.arena.leaveFree(0)
        #expect(try add(guest, .sharedInfo, at: 0x40_0000) == -12)
        #expect(try add(guest, .grantTable, at: 0x40_0000) == -12)
        #expect(try add(guest, .guestFrame, index: 0x20, at: 0x40_0000) == -12)
        #expect(lookup(guest, 0x9_0000)?.frame == guest.domain.sharedInfo.frame)
        #expect(guest.domain.placement.sharedInfo == GuestFrame(0x9_0000))
        #expect(lookup(guest, 0x9_0001)?.frame == guest.domain.grantTable.existingFrame(0))
        #expect(guest.domain.placement.grantFrames[0] == 0x9_0001)
        #expect(try guest.read(UInt64.self, at: 0x2_0008) == 0x1234)
        // Where tables are there already, it works: the shared page takes the place of memory, which is free then.
        #expect(try add(guest, .sharedInfo, at: 0x20) == 0)
        #expect(lookup(guest, 0x9_0000)?.use == nil)
        #expect(guest.domain.placement.sharedInfo == GuestFrame(0x20))
    }

    @Test("what is mapped can be taken away, what is not is no entry")
    func remove() throws {
        let guest = try hypervisor.makeGuest()
        for (frame, result) in [(0x20, 0), (0x20, -2), (0x8_0000, -2)] as [(UInt64, Int64)] {
            var arguments = MemoryOperation.RemoveFromPhysicalMap()
            arguments.domain = .caller
            arguments.guestFrame = frame
            #expect(
                try guest.call(.memoryOperation, MemoryOperation.removeFromPhysicalMap.rawValue, arguments) == result)
        }
        #expect(lookup(guest, 0x20)?.use == nil)
    }

    @Test("the page with a registered vcpu_info may be given away: it is free when nobody writes there any more")
    func infoPageGoes() throws {
        let guest = try hypervisor.makeGuest()
        try guest.place(VCPUOperation.RegisterVCPUInfo(guestFrame: 0x20, offset: 64))
        #expect(
            guest.call(.vcpuOperation, UInt64(VCPUOperation.registerVCPUInfo.rawValue), 0, TestGuest.argumentPlace) == 0
        )
        let free = hypervisor.arena.allocator.freeCount
        #expect(try add(guest, .sharedInfo, at: 0x20) == 0)
        #expect(hypervisor.arena.allocator.freeCount == free)
        guest.vcpu.notify()
        guest.vcpu.info = nil
        guest.vcpu.registeredInfo = nil
        #expect(hypervisor.arena.allocator.freeCount == free + 1)
    }
}
