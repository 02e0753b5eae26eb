// SPDX-License-Identifier: MIT
import Architecture

/// The nested translations that the hypervisor has looked up last, as the processor keeps those that its guests use: one frame
/// with 256 entries, each for the guest frames that have the same low eight bits.
///
/// Only the domain's own map changes nested translations, so whoever takes one out of the tables takes it out of here as well
/// (`forget`). What guests' own page tables say is never kept: guests change those without a word to the hypervisor. Like the
/// map, this is used with the domain's lock held.
struct NestedTranslationCache: BitwiseCopyable, Sendable {
    /// The frame of the entries. Zeros are no entry.
    let frame: HostFrame

    /// The host address of a guest-physical one. Nil when it is not here, or is to be written and is read-only.
    @inline(__always)
    func translate(_ address: GuestPhysicalAddress, forWriting: Bool) -> HostPhysicalAddress? {
        let place = place(of: address)
        guard PhysicalMemory.read(UInt64.self, at: place) == tag(of: address) else { return nil }
        let page = PhysicalMemory.read(UInt64.self, at: place.advanced(by: 8))
        if forWriting && page & writable == 0 { return nil }
        return HostPhysicalAddress(page & PageTableEntry.addressMask | address.offset)
    }

    /// Keeps a translation, in place of another one if need be.
    func keep(_ target: HostFrame, for guestFrame: GuestFrame, isWritable: Bool) {
        let place = place(of: guestFrame.address)
        PhysicalMemory.write(tag(of: guestFrame.address), at: place)
        PhysicalMemory.write(target.address.value | (isWritable ? writable : 0), at: place.advanced(by: 8))
    }

    /// Forgets the translation of a guest frame.
    func forget(_ guestFrame: GuestFrame) {
        let place = place(of: guestFrame.address)
        if PhysicalMemory.read(UInt64.self, at: place) == tag(of: guestFrame.address) {
            PhysicalMemory.write(UInt64(0), at: place)
        }
    }

    /// What the tables are to say as well, for whoever checks it: calls `body` with every translation that is kept.
    func forEachKept(_ body: (GuestFrame, HostFrame, _ isWritable: Bool) -> Void) {
        for index in 0..<entriesPerTable / 2 {
            let place = frame.address.advanced(by: index &* 16)
            let tag = PhysicalMemory.read(UInt64.self, at: place)
            guard tag != 0 else { continue }
            let page = PhysicalMemory.read(UInt64.self, at: place.advanced(by: 8))
            body(
                GuestPhysicalAddress(tag).frame, HostPhysicalAddress(page & PageTableEntry.addressMask).frame,
                page & writable != 0)
        }
    }

    private var writable: UInt64 { 0b10 }

    /// The page's address with all bits of the offset set, which makes it different from zero.
    @inline(__always)
    private func tag(of address: GuestPhysicalAddress) -> UInt64 { address.value | (frameSize &- 1) }

    @inline(__always)
    private func place(of address: GuestPhysicalAddress) -> HostPhysicalAddress {
        frame.address.advanced(by: address.value &>> 8 & 0xFF0)
    }
}
