// SPDX-License-Identifier: MIT
import Architecture

@testable import Hypervisor

/// A guest's memory with its own page tables in it: table `n` lies at guest-physical address `n * 0x1000`.
final class GuestPaging {
    let memory: TestMap

    /// 64 pages of memory from address 0 on.
    init(_ arena: TestArena) throws {
        memory = try TestMap(arena)
        for number in UInt64(0)..<64 { try memory.mapMemory(number) }
    }

    /// Writes a 64-bit entry of a table.
    func set(table: UInt64, index: UInt64, to target: UInt64, _ flags: PageTableEntry) {
        memory.write(PageTableEntry(target, flags).rawValue, at: table * 0x1000 + index * 8)
    }

    /// Writes a 32-bit entry of a table.
    func setShort(table: UInt64, index: UInt64, to target: UInt32, _ flags: PageTableEntry) {
        memory.write(target | UInt32(flags.rawValue), at: table * 0x1000 + index * 4)
    }

    /// The flags of a 64-bit entry.
    func flags(table: UInt64, index: UInt64) -> PageTableEntry {
        PageTableEntry(rawValue: (memory.read(UInt64.self, at: table * 0x1000 + index * 8) ?? 0) & 0xFFF)
    }

    /// The flags of a 32-bit entry.
    func shortFlags(table: UInt64, index: UInt64) -> PageTableEntry {
        PageTableEntry(rawValue: UInt64(memory.read(UInt32.self, at: table * 0x1000 + index * 4) ?? 0) & 0xFFF)
    }

    /// Four levels, with the root in table 1.
    static func long(writeProtect: Bool = true) -> GuestAddressSpace {
        GuestAddressSpace(
            cr0: writeProtect ? [.protectionEnable, .paging, .writeProtect] : [.protectionEnable, .paging], cr3: 0x1000,
            cr4: .physicalAddressExtension, efer: [.longModeEnable, .longModeActive])
    }

    /// Three levels, with the four entries of the root at `root`.
    static func extended(root: UInt64 = 0x1000) -> GuestAddressSpace {
        GuestAddressSpace(
            cr0: [.protectionEnable, .paging, .writeProtect], cr3: root, cr4: .physicalAddressExtension, efer: [])
    }

    /// Two levels, with the root in table 1.
    static func twoLevels(largePages: Bool = true, writeProtect: Bool = true) -> GuestAddressSpace {
        GuestAddressSpace(
            cr0: writeProtect ? [.protectionEnable, .paging, .writeProtect] : [.protectionEnable, .paging], cr3: 0x1000,
            cr4: largePages ? .pageSizeExtensions : [], efer: [])
    }
}
