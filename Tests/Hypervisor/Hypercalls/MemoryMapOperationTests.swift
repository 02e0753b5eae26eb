// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// What a domain is told of its memory.
struct MemoryMapOperationTests {
    let hypervisor = TestHypervisor()

    @Test("the memory map is the builder's, cut to the room that the guest has, until it sets its own")
    func memoryMap() throws {
        let guest = try hypervisor.makeGuest()
        var arguments = MemoryOperation.MemoryMap(entryCount: 128, buffer: TestGuest.arrayPlace)
        #expect(try guest.call(.memoryOperation, MemoryOperation.memoryMap.rawValue, &arguments) == 0)
        #expect(arguments.entryCount == 3)
        #expect(try guest.read(UInt64.self, at: 0x5_0000) == 0)
        #expect(try guest.read(UInt64.self, at: 0x5_0008) == 1 << 20)
        #expect(try guest.read(UInt32.self, at: 0x5_0010) == MemoryMapKind.ram.rawValue)
        #expect(try guest.read(UInt64.self, at: 0x5_0014) == 0xFC00_0000)
        arguments.entryCount = 1
        #expect(try guest.call(.memoryOperation, MemoryOperation.memoryMap.rawValue, &arguments) == 0)
        #expect(arguments.entryCount == 1)

        var replacement = MemoryOperation.SetMemoryMap()
        replacement.domain = .caller
        replacement.map = MemoryOperation.MemoryMap(entryCount: 129, buffer: TestGuest.arrayPlace)
        #expect(try guest.call(.memoryOperation, MemoryOperation.setMemoryMap.rawValue, replacement) == -22)
        replacement.map.entryCount = 2
        #expect(try guest.call(.memoryOperation, MemoryOperation.setMemoryMap.rawValue, replacement) == 0)
        arguments.entryCount = .max
        #expect(try guest.call(.memoryOperation, MemoryOperation.memoryMap.rawValue, &arguments) == 0)
        #expect(arguments.entryCount == 2)
    }

    @Test("counts of frames are told, of oneself")
    func counts() throws {
        let guest = try hypervisor.makeGuest()
        _ = try hypervisor.makeGuest(2)
        let operations: [(MemoryOperation, Int64)] = [
            (.currentReservation, 257), (.maximumReservation, 257), (.maximumGuestFrame, 0xFEFFF),
        ]
        for (operation, count) in operations {
            try guest.write(DomainIdentifier.caller.rawValue, at: 0x4_0000)
            #expect(guest.call(.memoryOperation, UInt64(operation.rawValue), 0x4_0000) == count)
            try guest.write(UInt16(2), at: 0x4_0000)
            #expect(guest.call(.memoryOperation, UInt64(operation.rawValue), 0x4_0000) == -1)
        }
        #expect(guest.call(.memoryOperation, UInt64(MemoryOperation.maximumRAMPage.rawValue), 0) > 0)
    }
}
