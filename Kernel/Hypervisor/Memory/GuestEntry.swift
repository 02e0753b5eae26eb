// SPDX-License-Identifier: MIT
import Architecture

/// An entry of a guest's own page tables, of four or eight bytes, and where it lies.
struct GuestEntry {
    let rawValue: UInt64
    let place: GuestPhysicalAddress
    let host: HostPhysicalAddress

    /// Where the table or page lies in the guest's physical memory.
    @inline(__always)
    var address: UInt64 { rawValue & PageTableEntry.addressMask }

    /// Whether it maps a large page, on a level that has such.
    @inline(__always)
    var isLarge: Bool { rawValue & PageTableEntry.large.rawValue != 0 }

    /// Sets the accessed bit, and the dirty bit if asked, where they are not set, as the processor would.
    @inline(__always)
    func mark(_ bits: UInt64, in tables: NestedPageTables) {
        if rawValue & bits != bits { setBits(bits, in: tables) }
    }

    /// An entry of four bytes shares its eight-byte word with a neighbour, which the atomic operation leaves alone. Tables that
    /// the guest may only read, as another domain has granted them to it so, stay as they are.
    @inline(never)
    private func setBits(_ bits: UInt64, in tables: NestedPageTables) {
        guard tables.translate(place, forWriting: true) == host else { return }
        let word = HostPhysicalAddress(host.value & ~7)
        let shift = (host.value & 7) &* 8
        _ = PhysicalMemory.testAndSet(bit: 5 &+ shift, of: word)
        if bits & PageTableEntry.dirty.rawValue != 0 { _ = PhysicalMemory.testAndSet(bit: 6 &+ shift, of: word) }
    }
}
