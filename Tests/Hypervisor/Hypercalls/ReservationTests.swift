// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// Giving memory back, and getting it again. (Xen public header `memory.h`)
struct ReservationTests {
    let hypervisor = TestHypervisor()

    /// Runs an operation over a list of guest frames, however often it is continued.
    private func call(
        _ guest: TestGuest, _ operation: MemoryOperation, _ frames: [UInt64], order: UInt32 = 0, count: UInt64? = nil
    ) throws -> Int64 {
        let is64Bit = guest.control.isIn64BitCode
        for (index, frame) in frames.enumerated() {
            if is64Bit {
                try guest.write(frame, at: TestGuest.arrayPlace + UInt64(index) * 8)
            } else {
                try guest.write(UInt32(truncatingIfNeeded: frame), at: TestGuest.arrayPlace + UInt64(index) * 4)
            }
        }
        try guest.place(
            MemoryOperation.Reservation(
                extentStart: TestGuest.arrayPlace, extentCount: count ?? UInt64(frames.count), extentOrder: order,
                domain: .caller))
        let start = guest.control.instructionPointer
        _ = guest.call(.memoryOperation, UInt64(operation.rawValue), TestGuest.argumentPlace)
        while guest.control.instructionPointer == start { guest.exit(.hypercall) }
        return guest.result
    }

    @Test("memory that is given back is free, reads no more, and comes back full of zeros", arguments: [true, false])
    func giveAndTake(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        try guest.write(UInt64.max, at: 0x8_0000)
        let before = hypervisor.arena.allocator.freeCount
        #expect(try call(guest, .decreaseReservation, [0x80, 0x81, 0x82]) == 3)
        #expect(hypervisor.arena.allocator.freeCount == before + 3)
        #expect(throws: XenError.badAddress) { _ = try guest.read(UInt64.self, at: 0x8_0000) }
        #expect(try call(guest, .decreaseReservation, [0x80]) == 0)
        #expect(try call(guest, .populatePhysicalMap, [0x80, 0x82, 0x81]) == 3)
        #expect(hypervisor.arena.allocator.freeCount == before)
        #expect(try guest.read(UInt64.self, at: 0x8_0000) == 0)
    }

    @Test("the list is worked off up to the first frame that will not do")
    func stopsAtFirst() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try call(guest, .decreaseReservation, [0x80, 0x8_0000, 0x81]) == 1)
        #expect(guest.domain.physicalMap.lookup(GuestFrame(0x81))?.use == .ram)
        #expect(try call(guest, .populatePhysicalMap, [0x80, 0x81, 0x82]) == 1)
        #expect(try call(guest, .decreaseReservation, [0xF_EFFF]) == 0)  // the console's page is not memory
    }

    @Test("a domain gets no more memory than it was built with")
    func limit() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try call(guest, .populatePhysicalMap, [0x1000]) == 0)
        #expect(try call(guest, .decreaseReservation, [0x80]) == 1)
        #expect(try call(guest, .populatePhysicalMap, [0x1000, 0x1001]) == 1)
        #expect(guest.domain.physicalMap.ramFrameCount == guest.domain.maximumFrameCount)
    }

    @Test("frames beyond 36 bits get no memory")
    func wildFrames() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try call(guest, .decreaseReservation, [0x80]) == 1)
        let before = hypervisor.arena.allocator.freeCount
        for frame in [1 << 36, 1 << 52, .max] as [UInt64] {
            #expect(try call(guest, .populatePhysicalMap, [frame]) == 0)
            #expect(try call(guest, .decreaseReservation, [frame]) == 0)
        }
        #expect(hypervisor.arena.allocator.freeCount == before)
    }

    @Test("a long list gets to its end", arguments: [true, false])
    func longList(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        let frames = (0..<150).map { UInt64($0) + 0x60 }
        #expect(try call(guest, .decreaseReservation, frames) == 150)
        #expect(try call(guest, .populatePhysicalMap, frames) == 150)
    }

    @Test("a turn handles 512 frames, however they are put into extents", arguments: [0, 5, 9] as [UInt32])
    func turnsAreBounded(order: UInt32) throws {
        let hypervisor = TestHypervisor(memory: 24 << 20)
        try hypervisor.monitor.build(hypervisor.specification(memorySize: 8 << 20), identifier: 1)
        let domain = try #require(hypervisor.monitor.domains.last)
        let guest = TestGuest(domain, domain.vcpus[0], hypervisor)
        let first: UInt64 = 0x400
        let count: UInt64 = 1024 >> UInt64(order)
        for index in 0..<count {
            try guest.write(first + (index << UInt64(order)), at: TestGuest.arrayPlace + index * 8)
        }
        for operation in [MemoryOperation.decreaseReservation, .populatePhysicalMap] {
            try guest.place(
                MemoryOperation.Reservation(
                    extentStart: TestGuest.arrayPlace, extentCount: count, extentOrder: order, domain: .caller))
            let start = guest.control.instructionPointer
            var turns = 1
            var before = domain.physicalMap.ramFrameCount
            _ = guest.call(.memoryOperation, UInt64(operation.rawValue), TestGuest.argumentPlace)
            while guest.control.instructionPointer == start {
                let now = domain.physicalMap.ramFrameCount
                #expect(max(now, before) - min(now, before) == 512)
                before = now
                turns += 1
                guest.exit(.hypercall)
            }
            #expect(guest.result == Int64(count))
            #expect(turns == 2)
        }
    }

    @Test("memory that lies far apart takes tables, and a domain has no more than its share of these")
    func tables() throws {
        let guest = try hypervisor.makeGuest()
        let limit = guest.domain.physicalMap.tableLimit
        #expect(limit == 256 + 2 * 2)
        #expect(try call(guest, .decreaseReservation, (0x60..<0xF0).map { UInt64($0) }) == 144)
        let places = (0..<144).map { UInt64($0) << 18 + 0x4_0000_0000 }
        let done = try call(guest, .populatePhysicalMap, places)
        #expect(done > 100 && done < 144)
        #expect(guest.domain.physicalMap.tableCount <= limit)
        #expect(guest.domain.physicalMap.tableCount > limit - 3)
        // What has tables already can be had still.
        #expect(try call(guest, .populatePhysicalMap, [0x60, 0x4_0000_0001]) == 2)
        #expect(try call(guest, .decreaseReservation, Array(places[0..<2])) == 2)
        #expect(try call(guest, .populatePhysicalMap, [places[1]]) == 1)
    }

    @Test("extents of an order are runs of frames")
    func orders() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try call(guest, .decreaseReservation, [0x80, 0x90], order: 4) == 2)
        #expect(guest.domain.physicalMap.ramFrameCount == 257 - 32)
        #expect(try call(guest, .populatePhysicalMap, [0x80, 0x90], order: 4) == 2)
        #expect(guest.domain.physicalMap.ramFrameCount == 257)
    }

    @Test("an extent that cannot be had as a whole is not had in part")
    func wholeExtents() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try call(guest, .decreaseReservation, [0x80, 0x81, 0x82]) == 3)
        #expect(try call(guest, .populatePhysicalMap, [0x80], order: 2) == 0)  // 0x83 has memory
        #expect(guest.domain.physicalMap.ramFrameCount == 254)
    }

    @Test("absurd orders and counts do nothing", arguments: [true, false])
    func absurd(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        for order in [10, 32, 63, 64, UInt32.max] {
            #expect(try call(guest, .decreaseReservation, [0x80], order: order) <= 0)
        }
        #expect(guest.domain.physicalMap.ramFrameCount == 257)
        #expect(try call(guest, .decreaseReservation, [], count: 0) == 0)
        #expect(try call(guest, .decreaseReservation, [0x80, 0x8_0000], count: .max) <= 1)
    }

    @Test("a list that cannot be read stops the call where it ends")
    func unreadableList() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write(UInt64(0x80), at: 0xF_FFF8)
        let arguments = MemoryOperation.Reservation(extentStart: 0xF_FFF8, extentCount: 3, domain: .caller)
        #expect(try guest.call(.memoryOperation, MemoryOperation.decreaseReservation.rawValue, arguments) == 1)
    }
}
