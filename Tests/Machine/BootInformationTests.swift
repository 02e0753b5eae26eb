// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Machine

/// What a multiboot 1 loader leaves. (Multiboot specification 0.6.96 §3.3)
struct BootInformationTests {
    let memory = LowMemory(size: 0x4000)

    /// Flags: bit 2 the command line, 3 the modules, 6 the memory map, 9 the loader's name.
    private func parse(flags: UInt32) throws -> BootInformation {
        memory.write([flags], at: 0)
        return try #require(BootInformation(magic: 0x2BAD_B002, address: UInt32(memory.start)))
    }

    @Test("another magic number is another loader's")
    func magic() {
        for magic in [0, 0x36D7_6289, 0x2BAD_B003] as [UInt32] {
            #expect(BootInformation(magic: magic, address: UInt32(memory.start)) == nil)
        }
    }

    @Test("without flags there is nothing, whatever the fields hold")
    func noFlags() throws {
        memory.write([UInt32](repeating: 0xFFFF_FFFF, count: 30), at: 0)
        let boot = try parse(flags: 0)
        #expect(boot.moduleCount == 0)
        #expect(boot.commandLine == nil)
        #expect(boot.textsBeginWithFileName)
        var count = 0
        boot.forEachMemoryRange { _ in count += 1 }
        #expect(count == 0)
    }

    @Test("the memory map is read entry by entry, and entries may be longer than usual")
    func memoryMap() throws {
        let map = UInt32(memory.start) + 0x1000
        memory.write([20, 0, 0, 0x9_FC00, 0, 1], at: 0x1000)
        memory.write([28, 0x10_0000, 0, 0x7FE_0000, 0, 1, 0, 0], at: 0x1018)
        memory.write([20, 0xFFFC_0000, 0, 0x4_0000, 0, 2], at: 0x1038)
        memory.write([20, 0, 1, 0, 1, 1], at: 0x1050)
        let boot = try parse(flags: 1 << 6)
        memory.write([0x68, map], at: 44)
        var ranges: [BootInformation.MemoryRange] = []
        boot.forEachMemoryRange { ranges.append($0) }
        #expect(ranges.map(\.start) == [0, 0x10_0000, 0xFFFC_0000, 0x1_0000_0000])
        #expect(ranges.map(\.end) == [0x9_FC00, 0x80E_0000, 0x1_0000_0000, 0x2_0000_0000])
        #expect(ranges.map(\.isAvailable) == [true, true, false, true])
    }

    @Test("a memory map that ends in the middle of an entry, or whose entries have no size, comes to an end")
    func brokenMemoryMap() throws {
        let boot = try parse(flags: 1 << 6)
        for length in [0, 4, 23] as [UInt32] {
            memory.write([length, UInt32(memory.start) + 0x1000], at: 44)
            var count = 0
            boot.forEachMemoryRange { _ in count += 1 }
            #expect(count == 0)
        }
        memory.write([100, UInt32(memory.start) + 0x1000], at: 44)
        memory.write([UInt32](repeating: 0, count: 50), at: 0x1000)
        var count = 0
        boot.forEachMemoryRange { _ in count += 1 }
        #expect(count == 20)
    }

    @Test("modules have their range and their text")
    func modules() throws {
        let first = memory.write("guest.elf console=hvc0", at: 0x2000)
        let second = memory.write("", at: 0x2100)
        memory.write([0x20_0000, 0x20_1234, first, 0, 0x30_0000, 0x30_0000, second, 0], at: 0x1000)
        let boot = try parse(flags: 1 << 3)
        memory.write([2, UInt32(memory.start) + 0x1000], at: 20)
        #expect(boot.moduleCount == 2)
        #expect(boot.module(0).start == HostPhysicalAddress(0x20_0000))
        #expect(boot.module(0).end == HostPhysicalAddress(0x20_1234))
        #expect(boot.module(0).argumentsAddress == HostPhysicalAddress(UInt64(first)))
        #expect(boot.module(1).start == boot.module(1).end)
    }

    @Test("an absurd number of modules is cut to one that can be handled")
    func manyModules() throws {
        let boot = try parse(flags: 1 << 3)
        memory.write([.max, UInt32(memory.start) + 0x1000], at: 20)
        #expect(boot.moduleCount == 128)
    }

    @Test(
        "QEMU puts the file's name before a module's text, GRUB does not",
        arguments: [("qemu", true), ("GRUB 2.06", false)])
    func loaderName(name: String, begins: Bool) throws {
        let boot = try parse(flags: 1 << 9)
        memory.write([memory.write(name, at: 0x2000)], at: 64)
        #expect(boot.textsBeginWithFileName == begins)
    }

    @Test("everything that the loader has left is among the ranges to be kept")
    func loadedRanges() throws {
        let line = memory.write("loglevel=debug", at: 0x3000)
        memory.write([0x20_0000, 0x20_1234, UInt32(memory.start) + 0x2000, 0], at: 0x1000)
        let boot = try parse(flags: 1 << 2 | 1 << 3 | 1 << 6)
        memory.write([line, 1, UInt32(memory.start) + 0x1000], at: 16)
        memory.write([24, UInt32(memory.start) + 0x1800], at: 44)
        #expect(boot.commandLine == HostPhysicalAddress(UInt64(line)))
        let start = memory.start
        var kept: [ClosedRange<UInt64>] = []
        boot.forEachLoadedRange { kept.append($0...$1) }
        for address in [start, start + 0x1000, start + 0x1800, start + 0x2000, start + 0x3000, 0x20_0000, 0x20_1233] {
            #expect(kept.contains { $0.contains(address) })
        }
    }
}
