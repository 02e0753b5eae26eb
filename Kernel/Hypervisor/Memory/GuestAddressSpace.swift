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
    /// What the pages forbid.
    public let protection: PageProtection

    /// The address space that these control registers and flags describe.
    @inline(__always)
    public init(cr0: CR0, cr3: UInt64, cr4: CR4, efer: EFER, flags: RFlags = []) {
        root = cr3
        protection = PageProtection(cr0: cr0, cr4: cr4, efer: efer, flags: flags)
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

    /// The same translations with nothing forbidden: it tells whether there is a page at all.
    var unprotected: GuestAddressSpace { GuestAddressSpace(mode: mode, root: root, protection: .none) }

    private init(mode: Mode, root: UInt64, protection: PageProtection) {
        self.mode = mode
        self.root = root
        self.protection = protection
    }

    /// Walks the guest's page tables as its kernel's own access would, and sets their accessed and dirty bits. Nil when the
    /// access would fault. (AMD APM vol. 2 §5.2, §5.3)
    @inline(__always)
    public func translate(
        _ address: GuestLinearAddress, forWriting: Bool, in tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        translate(address, for: forWriting ? .write : [], in: tables)
    }

    /// The same for an access of any kind.
    @inline(__always)
    func translate(
        _ address: GuestLinearAddress, for access: MemoryAccess, in tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        switch mode {
        case .long:
            guard address.isCanonical else { return nil }
            return walkFourLevels(address.value, access, tables)
        case .none:
            return GuestPhysicalAddress(address.value & 0xFFFF_FFFF)
        case .physicalAddressExtension:
            return walkThreeLevels(address.value & 0xFFFF_FFFF, access, tables)
        case .twoLevel(let largePages):
            return walkTwoLevels(address.value & 0xFFFF_FFFF, access, largePages: largePages, tables)
        }
    }

    /// The bits that the entry for the page itself gets: accessed, and dirty when it is written.
    @inline(__always)
    private func markedBits(_ access: MemoryAccess) -> UInt64 {
        PageTableEntry.accessed.rawValue | (access.contains(.write) ? PageTableEntry.dirty.rawValue : 0)
    }

    /// Walks the upper two of the four levels of long mode.
    @inline(__always)
    private func walkFourLevels(
        _ address: UInt64, _ access: MemoryAccess, _ tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        var common = PageTableEntry.user.rawValue
        let top = root & PageTableEntry.addressMask
        guard let highest = entry(of: address, shift: 39, in: top, &common, access, tables) else { return nil }
        highest.mark(PageTableEntry.accessed.rawValue, in: tables)
        guard let third = entry(of: address, shift: 30, in: highest.address, &common, access, tables) else {
            return nil
        }
        if third.isLarge { return page(third, of: address, shift: 30, common, access, tables) }
        third.mark(PageTableEntry.accessed.rawValue, in: tables)
        return walkLower(address, in: third.address, common, access, tables)
    }

    /// Walks the lower two levels of 64-bit entries, from the table at `directory`. Above, all entries have had the bits of
    /// `common` set.
    @inline(__always)
    private func walkLower(
        _ address: UInt64, in directory: UInt64, _ above: UInt64, _ access: MemoryAccess, _ tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        var common = above
        guard let second = entry(of: address, shift: 21, in: directory, &common, access, tables) else { return nil }
        if second.isLarge { return page(second, of: address, shift: 21, common, access, tables) }
        second.mark(PageTableEntry.accessed.rawValue, in: tables)
        guard let first = entry(of: address, shift: 12, in: second.address, &common, access, tables) else {
            return nil
        }
        return page(first, of: address, shift: 12, common, access, tables)
    }

    /// The entry for an address in a table; nil when it cannot be read, is not present, or does not allow the access. The bits
    /// that it has not set are removed from `common`.
    @inline(__always)
    private func entry(
        of address: UInt64, shift: UInt64, in table: UInt64, _ common: inout UInt64, _ access: MemoryAccess,
        _ tables: NestedPageTables
    ) -> GuestEntry? {
        let slot = GuestPhysicalAddress(table &+ (address &>> shift & (entriesPerTable &- 1)) &* 8)
        guard let host = tables.translate(slot, forWriting: false) else { return nil }
        let entry = GuestEntry(rawValue: PhysicalMemory.read(UInt64.self, at: host), place: slot, host: host)
        common &= entry.rawValue
        return protection.allows(access, by: entry.rawValue) ? entry : nil
    }

    /// The address within the page of `1 << shift` bytes that an entry maps; nil when it is a user's page, all entries having had
    /// the bits of `common` set, and may not be accessed by the kernel.
    @inline(__always)
    private func page(
        _ entry: GuestEntry, of address: UInt64, shift: UInt64, _ common: UInt64, _ access: MemoryAccess,
        _ tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        guard common & PageTableEntry.user.rawValue == 0 || !protection.protectsUserPages(from: access) else {
            return nil
        }
        entry.mark(markedBits(access), in: tables)
        let within: UInt64 = 1 &<< shift &- 1
        return GuestPhysicalAddress(entry.address & ~within | address & within)
    }

    /// Walks the four page directory pointers, which have no flags but their presence, and the two levels below them.
    @inline(never)
    private func walkThreeLevels(
        _ address: UInt64, _ access: MemoryAccess, _ tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        let slot = GuestPhysicalAddress(root & 0xFFFF_FFE0 | (address &>> 30 & 3) &* 8)
        guard let host = tables.translate(slot, forWriting: false) else { return nil }
        let entry = PhysicalMemory.read(UInt64.self, at: host)
        guard entry & PageTableEntry.present.rawValue != 0 else { return nil }
        return walkLower(
            address, in: entry & PageTableEntry.addressMask, PageTableEntry.user.rawValue, access, tables)
    }

    /// Walks the two levels of 32-bit entries.
    @inline(never)
    private func walkTwoLevels(
        _ address: UInt64, _ access: MemoryAccess, largePages: Bool, _ tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        var common = PageTableEntry.user.rawValue
        var table = root & 0xFFFF_F000
        for level in UInt64(0)..<2 {
            let shift = 22 &- 10 &* level
            let slot = GuestPhysicalAddress(table &+ (address &>> shift & 0x3FF) &* 4)
            guard let host = tables.translate(slot, forWriting: false) else { return nil }
            let entry = GuestEntry(
                rawValue: UInt64(PhysicalMemory.read(UInt32.self, at: host)), place: slot, host: host)
            common &= entry.rawValue
            guard protection.allows(access, by: entry.rawValue) else { return nil }
            let isLarge = level == 0 && largePages && entry.isLarge
            if !isLarge && level == 0 {
                entry.mark(PageTableEntry.accessed.rawValue, in: tables)
                table = entry.rawValue & 0xFFFF_F000
                continue
            }
            guard let small = page(entry, of: address, shift: shift, common, access, tables) else { return nil }
            guard isLarge else { return small }
            let upper = (entry.rawValue &>> 13 & 0xFF) &<< 32
            return GuestPhysicalAddress(upper | entry.rawValue & 0xFFC0_0000 | address & 0x3F_FFFF)
        }
        return nil
    }
}
