// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct GrantTableTests {
    let arena = TestArena()

    private final class Holder {
        var table: GrantTable

        init(_ arena: TestArena) throws(TestArena.MissingFrame) {
            guard let table = GrantTable(from: arena.allocator) else { throw .init() }
            self.table = table
        }

        var frameCount: UInt32 { table.frameCount }
        func frame(_ index: UInt64) throws(XenError) -> HostFrame { try table.frame(index) }
        func set(_ reference: UInt32, to entry: GrantEntry) {
            table.set(GrantReference(rawValue: reference), to: entry)
        }
    }

    @Test("a table starts with one frame and grows as far as it is asked, and no further")
    func growth() throws {
        let holder = try Holder(arena)
        #expect(holder.frameCount == 1)
        let third = try holder.frame(2)
        #expect(holder.frameCount == 3)
        #expect(try holder.frame(2) == third)
        #expect(try holder.frame(0) != third)
        #expect(holder.frameCount == 3)
        _ = try holder.frame(63)
        #expect(holder.frameCount == 64)
    }

    @Test("an index beyond the most frames is refused and grows nothing", arguments: [64, 65, 1 << 31, UInt64.max])
    func limit(index: UInt64) throws {
        let holder = try Holder(arena)
        #expect(throws: XenError.invalidArgument) { _ = try holder.frame(index) }
        #expect(holder.frameCount == 1)
    }

    @Test("without a free frame the table stays as large as it got")
    func exhausted() throws {
        let holder = try Holder(arena)
        arena.leaveFree(2)
        #expect(throws: XenError.outOfMemory) { _ = try holder.frame(5) }
        #expect(holder.frameCount == 3)
    }

    @Test("entries lie eight bytes apart")
    func entries() throws {
        let holder = try Holder(arena)
        let entry = GrantEntry(
            flags: GrantFlags.permitAccess.rawValue, domain: DomainIdentifier(rawValue: 3), guestFrame: 9)
        for reference in [0, 7, 8, 511] as [UInt32] { holder.set(reference, to: entry) }
        let place = try holder.frame(0).address
        let bits: UInt64 = 9 << 32 | 3 << 16 | 1
        for reference in [0, 7, 8, 511] as [UInt64] {
            #expect(PhysicalMemory.read(UInt64.self, at: place.advanced(by: reference * 8)) == bits)
        }
    }
}
