// SPDX-License-Identifier: MIT
import Architecture

/// How a virtual CPU translates linear addresses at the moment: the paging mode and the root of its own page tables.
public struct GuestAddressSpace: Sendable {
    /// The four forms of paging that a guest can be in. (AMD APM vol. 2 §5.1)
    public enum Mode: Sendable {
        /// No paging: linear addresses are guest-physical.
        case none
        /// Two levels of 32-bit entries; 4 MiB pages when CR4.PSE is set.
        case twoLevel(largePages: Bool)
        /// Three levels of 64-bit entries.
        case physicalAddressExtension
        /// Four levels of 64-bit entries.
        case long
    }

    /// The form of paging.
    public let mode: Mode
    /// CR3.
    public let root: UInt64
    /// CR0.WP: the guest's kernel obeys read-only pages.
    public let obeysReadOnly: Bool

    /// The address space that these control registers describe.
    @inline(__always)
    public init(cr0: CR0, cr3: UInt64, cr4: CR4, efer: EFER) {
        root = cr3
        obeysReadOnly = cr0.contains(.writeProtect)
        if !cr0.contains(.paging) {
            mode = .none
        } else if efer.contains(.longModeActive) {
            mode = .long
        } else if cr4.contains(.physicalAddressExtension) {
            mode = .physicalAddressExtension
        } else {
            mode = .twoLevel(largePages: cr4.contains(.pageSizeExtensions))
        }
    }

    /// Walks the guest's page tables as its kernel's own access would, and sets their accessed and dirty bits. Nil when the
    /// access would fault. (AMD APM vol. 2 §5.2, §5.3)
    public func translate(
        _ address: GuestLinearAddress, forWriting: Bool, in map: NestedPageTables
    ) -> GuestPhysicalAddress? {
        let write = forWriting && obeysReadOnly
        switch mode {
        case .none:
            return GuestPhysicalAddress(address.value & 0xFFFF_FFFF)
        case .twoLevel(let largePages):
            return walkTwoLevels(address.value & 0xFFFF_FFFF, write: write, dirty: forWriting, largePages: largePages, map)
        case .physicalAddressExtension:
            let slot = GuestPhysicalAddress(root & 0xFFFF_FFE0 | (address.value &>> 30 & 3) &* 8)
            guard let host = map.translate(slot, forWriting: false) else { return nil }
            let entry = PhysicalMemory.read(UInt64.self, at: host)
            guard entry & 1 != 0 else { return nil }
            return walk(
                address.value & 0xFFFF_FFFF, from: entry & PageTableEntry.addressMask, level: 2, write: write,
                dirty: forWriting, map)
        case .long:
            guard isCanonical(address.value) else { return nil }
            return walk(
                address.value, from: root & PageTableEntry.addressMask, level: 4, write: write, dirty: forWriting, map)
        }
    }

    /// Whether bits 63:47 are all equal.
    private func isCanonical(_ address: UInt64) -> Bool {
        let upper = Int64(bitPattern: address) &>> 47
        return upper == 0 || upper == -1
    }

    /// Walks tables of 64-bit entries from the given level down.
    private func walk(
        _ address: UInt64, from root: UInt64, level start: UInt64, write: Bool, dirty: Bool, _ map: NestedPageTables
    ) -> GuestPhysicalAddress? {
        var table = root
        var level = start
        while true {
            let slot = GuestPhysicalAddress(table &+ tableIndex(of: address, level: level) &* 8)
            guard let host = map.translate(slot, forWriting: false) else { return nil }
            let entry = PageTableEntry(rawValue: PhysicalMemory.read(UInt64.self, at: host))
            guard entry.contains(.present), !write || entry.contains(.writable) else { return nil }
            let isLeaf = level == 1 || (level < 4 && entry.contains(.large))
            mark(entry.rawValue, at: host, dirty: isLeaf && dirty)
            if isLeaf {
                let offset = address & (1 &<< (3 &+ 9 &* level) &- 1)
                return GuestPhysicalAddress(entry.address & ~(1 &<< (3 &+ 9 &* level) &- 1) | offset)
            }
            table = entry.address
            level &-= 1
        }
    }

    /// Walks the two levels of 32-bit entries.
    private func walkTwoLevels(
        _ address: UInt64, write: Bool, dirty: Bool, largePages: Bool, _ map: NestedPageTables
    ) -> GuestPhysicalAddress? {
        var table = root & 0xFFFF_F000
        for level in UInt64(0)..<2 {
            let shift = 22 &- 10 &* level
            let slot = GuestPhysicalAddress(table &+ (address &>> shift & 0x3FF) &* 4)
            guard let host = map.translate(slot, forWriting: false) else { return nil }
            let entry = PageTableEntry(rawValue: UInt64(PhysicalMemory.read(UInt32.self, at: host)))
            guard entry.contains(.present), !write || entry.contains(.writable) else { return nil }
            let isLarge = shift == 22 && largePages && entry.contains(.large)
            mark(entry.rawValue, at: host, dirty: (isLarge || shift == 12) && dirty)
            if isLarge {
                let upper = (entry.rawValue &>> 13 & 0xFF) &<< 32
                return GuestPhysicalAddress(upper | entry.rawValue & 0xFFC0_0000 | address & 0x3F_FFFF)
            }
            table = entry.rawValue & 0xFFFF_F000
        }
        return GuestPhysicalAddress(table | address & 0xFFF)
    }

    /// Sets the accessed bit of an entry, and the dirty bit if asked, where they are not set.
    @inline(__always)
    private func mark(_ entry: UInt64, at host: HostPhysicalAddress, dirty: Bool) {
        let wanted = PageTableEntry.accessed.rawValue | (dirty ? PageTableEntry.dirty.rawValue : 0)
        guard entry & wanted != wanted else { return }
        // An entry of four bytes shares its eight-byte word with a neighbour, which the atomic operation leaves alone.
        let word = HostPhysicalAddress(host.value & ~7)
        let shift = (host.value & 7) &* 8
        _ = PhysicalMemory.testAndSet(bit: 5 &+ shift, of: word)
        if dirty { _ = PhysicalMemory.testAndSet(bit: 6 &+ shift, of: word) }
    }
}
