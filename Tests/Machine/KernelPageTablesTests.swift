// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Testing

@testable import Machine

/// The hypervisor's own page tables, walked as the processor would.
struct KernelPageTablesTests {
    let memory = LowMemory(size: 64 << 12)

    /// Hands out the frames of the memory, the root first.
    private final class Frames {
        var next: UInt64
        init(_ memory: LowMemory) { next = memory.start }

        func take() -> UInt64 {
            defer { next += frameSize }
            return next
        }
    }

    /// The flags with which an address is mapped to itself; nil where it is not mapped, or to another one.
    private func flags(_ address: UInt64) -> PageTableEntry? {
        var table = memory.start
        for level in [4, 3, 2, 1] as [UInt64] {
            let entry = PageTableEntry(rawValue: cpu_load64(table + tableIndex(of: address, level: level) * 8))
            guard entry.contains(.present) else { return nil }
            if level == 1 || entry.contains(.large) {
                let size = UInt64(1) << (3 + 9 * level)
                guard entry.address & ~(size - 1) == address & ~(size - 1) else { return nil }
                return PageTableEntry(rawValue: entry.rawValue & ~PageTableEntry.addressMask)
            }
            table = entry.address
        }
        return nil
    }

    @Test("a range is mapped to itself, widened to whole pages, and nothing around it")
    func range() {
        let frames = Frames(memory)
        let tables = KernelPageTables(takeFrame: frames.take)
        tables.map(from: 0x10_0800, to: 0x10_2801, [.writable, .noExecute])
        #expect(flags(0x0F_F000) == nil)
        for page in [0x10_0000, 0x10_1000, 0x10_2000] as [UInt64] {
            #expect(flags(page) == [.present, .writable, .noExecute])
        }
        #expect(flags(0x10_3000) == nil)
    }

    @Test("each part has its own permissions, up to the page")
    func permissions() {
        let frames = Frames(memory)
        let tables = KernelPageTables(takeFrame: frames.take)
        tables.map(from: 0x10_0000, to: 0x14_0000, [])
        tables.map(from: 0x14_0000, to: 0x15_0000, .noExecute)
        tables.map(from: 0x15_0000, to: 0x16_0000, [.writable, .noExecute])
        #expect(flags(0x13_F000) == .present)
        #expect(flags(0x14_0000) == [.present, .noExecute])
        #expect(flags(0x15_0000) == [.present, .writable, .noExecute])
    }

    @Test("large pages are used where they fit, and every address is still mapped to itself")
    func largePages() {
        let frames = Frames(memory)
        let tables = KernelPageTables(takeFrame: frames.take)
        tables.map(from: 0x1F_F000, to: 0x1_0040_1000, .writable)
        let edges: [UInt64] = [
            0x1F_F000, 0x20_0000, 0x3FFF_F000, 0x4000_0000, 0xFFFF_F000, 0x1_0000_0000, 0x1_0040_0000,
        ]
        for address in edges { #expect(flags(address)?.contains([.present, .writable]) == true) }
        #expect(flags(0x20_0000)?.contains(.large) == true)
        #expect(flags(0x1F_F000)?.contains(.large) == false)
        #expect(flags(0x1F_E000) == nil)
        #expect(flags(0x1_0040_1000) == nil)
        #expect(frames.next - memory.start < 20 * frameSize)
    }

    @Test("a page that is taken out leaves its neighbours")
    func unmap() {
        let frames = Frames(memory)
        let tables = KernelPageTables(takeFrame: frames.take)
        tables.map(from: 0x10_0000, to: 0x10_4000, .writable)
        tables.unmap(0x10_1000)
        #expect(flags(0x10_0000) != nil)
        #expect(flags(0x10_1000) == nil)
        #expect(flags(0x10_2000) != nil)
    }

    @Test("an empty range maps nothing")
    func empty() {
        let frames = Frames(memory)
        let tables = KernelPageTables(takeFrame: frames.take)
        tables.map(from: 0x10_0000, to: 0x10_0000, .writable)
        #expect(flags(0x10_0000) == nil)
        #expect(frames.next == memory.start + frameSize)
    }
}
