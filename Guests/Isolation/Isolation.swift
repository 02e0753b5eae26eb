// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Looks for the marker of `isolation-victim`, which runs beside it, in everything that it can reach.
/// The assembly calls it.
@c(guest_main)
public func isolation(_ startInfo: UInt64) {
    let guest = Guest(startInfo: startInfo)
    let suite = Suite.run(in: guest) { suite in
        ownMemory(&suite)
        elsewhere(&suite)
    }
    suite.guest.hypercalls.shutDown(.powerOff)
}

private func ownMemory(_ suite: inout Suite) {
    suite.test("isolation: no page of the domain's memory holds the other's marker") { test in
        let end = test.guest.memoryEnd
        test.expect(end > test.guest.imageEnd)
        for page in stride(from: Memory.pageSize, to: end, by: Int(Memory.pageSize)) {
            test.expect(!Marker.isPresent(at: page))
        }
    }
    suite.test("isolation: free memory holds zeros when the domain starts, but for the start info") { test in
        let start = (test.guest.imageEnd &+ 0xFFF) & ~0xFFF
        var pagesInUse = 0
        for page in stride(from: start, to: start &+ (8 << 20), by: Int(Memory.pageSize))
        where !Memory.isFilled(page, count: Memory.pageSize, with: 0) {
            pagesInUse += 1
        }
        test.expect(pagesInUse <= 16)
    }
    suite.test("isolation: memory that is given back and taken again does not hold the other's marker") { test in
        var frames: InlineArray<64, UInt64> = InlineArray(repeating: 0)
        for index in 0..<64 { frames[index] = (test.guest.pages.allocate() ?? 0) >> 12 }
        let hypercalls = test.hypercalls
        for _ in 0..<8 {
            let counts = Memory.withAddress(of: &frames) { list in
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 64, domain: .caller)
                return (hypercalls.memory(.decreaseReservation, &call), hypercalls.memory(.populatePhysicalMap, &call))
            }
            test.expect(counts.0, is: 64)
            test.expect(counts.1, is: 64)
            for index in 0..<64 { test.expect(!Marker.isPresent(at: frames[index] << 12)) }
        }
    }
}

private func elsewhere(_ suite: inout Suite) {
    suite.test("isolation: beyond its memory, every 2 MiB, there is nothing") { test in
        let start = (test.guest.memoryEnd &+ (2 << 20) &- 1) & ~((2 << 20) &- 1)
        for address in stride(from: start, to: 0xFC00_0000, by: 2 << 20) {
            test.expect(Memory.load64(address), equals: UInt64.max)
        }
    }
    suite.test("isolation: the reserved pages do not hold the other's marker") { test in
        for page in stride(from: 0xFEFF_0000 as UInt64, to: 0xFF00_0000, by: Int(Memory.pageSize)) {
            test.expect(!Marker.isPresent(at: page))
        }
    }
    suite.test("isolation: hypercalls do not map another domain's frames") { test in
        var batch = MemoryOperation.AddToPhysicalMapBatch()
        var (index, frame, error) = (0x100 as UInt64, 0xF0000 as UInt64, 0 as Int32)
        batch.domain = .caller
        batch.space = UInt16(PhysicalMapSpace.foreignFrame.rawValue)
        batch.size = 1
        let hypercalls = test.hypercalls
        for domain in 0..<8 as Range<UInt16> {
            batch.foreignDomain = DomainIdentifier(rawValue: domain)
            Memory.withAddress(of: &index) { batch.indices = $0 }
            Memory.withAddress(of: &frame) { batch.guestFrames = $0 }
            Memory.withAddress(of: &error) { batch.errors = $0 }
            let result = hypercalls.memory(.addToPhysicalMapBatch, &batch)
            test.expect(result < 0 || error < 0)
            test.expect(Memory.load64(0xF000_0000), equals: UInt64.max)
        }
    }
}
