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

    /// CR3.
    public let root: UInt64
    private let cr0: CR0
    private let cr4: CR4
    private let efer: EFER
    /// RFLAGS.AC says whether SMAP is in force.
    private let flags: RFlags

    /// The address space that these control registers and flags describe.
    @inline(__always)
    public init(cr0: CR0, cr3: UInt64, cr4: CR4, efer: EFER, flags: RFlags = []) {
        root = cr3
        self.cr0 = cr0
        self.cr4 = cr4
        self.efer = efer
        self.flags = flags
    }

    /// The form of paging.
    @inline(__always)
    public var mode: Mode {
        if !cr0.contains(.paging) { return .none }
        if efer.contains(.longModeActive) { return .long }
        if cr4.contains(.physicalAddressExtension) { return .physicalAddressExtension }
        return .twoLevel(largePages: cr4.contains(.pageSizeExtensions))
    }

    /// What the pages forbid.
    @inline(__always)
    public var protection: PageProtection { PageProtection(cr0: cr0, cr4: cr4, efer: efer, flags: flags) }

    /// The same translations with nothing forbidden: it tells whether there is a page at all.
    var unprotected: GuestAddressSpace {
        GuestAddressSpace(
            cr0: cr0.subtracting(.writeProtect), cr3: root,
            cr4: cr4.subtracting([.supervisorExecutionPrevention, .supervisorAccessPrevention]),
            efer: efer.subtracting(.noExecuteEnable), flags: flags)
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
            return walk(address.value, from: root, firstShift: 39, access, tables)
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

    /// Walks tables of 64-bit entries, from the one at `top`, whose entries stand for `1 << firstShift` bytes each, down to the page.
    /// Entries for 2 MiB and 1 GiB may be pages themselves.
    @inline(__always)
    private func walk(
        _ address: UInt64, from top: UInt64, firstShift: UInt64, _ access: MemoryAccess, _ tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        var (table, shift) = (top & PageTableEntry.addressMask, firstShift)
        let rule = protection.rule(for: access)
        var common = PageTableEntry.user.rawValue
        while let entry = entry(of: address, shift: shift, in: table, tables), rule.allows(entry.rawValue) {
            common &= entry.rawValue
            if shift == 12 || shift < 39 && entry.isLarge {
                return page(entry, of: address, shift: shift, common, access, tables)
            }
            entry.mark(PageTableEntry.accessed.rawValue, in: tables)
            table = entry.address
            shift &-= 9
        }
        return nil
    }

    /// The entry for an address in a table; nil when there is no memory to read it from.
    @inline(__always)
    private func entry(
        of address: UInt64, shift: UInt64, in table: UInt64, _ tables: NestedPageTables
    ) -> GuestEntry? {
        let slot = GuestPhysicalAddress(table &+ (address &>> shift & (entriesPerTable &- 1)) &* 8)
        guard let host = tables.translate(slot, forWriting: false) else { return nil }
        return GuestEntry(rawValue: PhysicalMemory.read(UInt64.self, at: host), place: slot, host: host)
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
        return walk(address, from: entry, firstShift: 21, access, tables)
    }

    /// Walks the two levels of 32-bit entries.
    @inline(never)
    private func walkTwoLevels(
        _ address: UInt64, _ access: MemoryAccess, largePages: Bool, _ tables: NestedPageTables
    ) -> GuestPhysicalAddress? {
        let rule = protection.rule(for: access)
        var common = PageTableEntry.user.rawValue
        var table = root & 0xFFFF_F000
        for level in UInt64(0)..<2 {
            let shift = 22 &- 10 &* level
            let slot = GuestPhysicalAddress(table &+ (address &>> shift & 0x3FF) &* 4)
            guard let host = tables.translate(slot, forWriting: false) else { return nil }
            let entry = GuestEntry(
                rawValue: UInt64(PhysicalMemory.read(UInt32.self, at: host)), place: slot, host: host)
            guard rule.allows(entry.rawValue) else { return nil }
            common &= entry.rawValue
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
