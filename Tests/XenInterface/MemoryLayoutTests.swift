// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Sizes and offsets as a C compiler gives them for the Xen public headers.
struct MemoryLayoutTests {
    @Test("AddToPhysicalMap lies as struct xen_add_to_physmap does")
    func addToPhysicalMap() {
        expectLayout(
            of: MemoryOperation.AddToPhysicalMap.self, size: 24,
            offsets: [(\.domain, 0), (\.size, 2), (\.space, 4), (\.index, 8), (\.guestFrame, 16)])
        expectLayout(
            of: MemoryOperation.AddToPhysicalMap.Compat.self, size: 16,
            offsets: [(\.domain, 0), (\.size, 2), (\.space, 4), (\.index, 8), (\.guestFrame, 12)])
    }

    @Test("AddToPhysicalMapBatch lies as struct xen_add_to_physmap_batch does")
    func addToPhysicalMapBatch() {
        expectLayout(
            of: MemoryOperation.AddToPhysicalMapBatch.self, size: 32,
            offsets: [
                (\.domain, 0), (\.space, 2), (\.size, 4), (\.foreignDomain, 6), (\.indices, 8), (\.guestFrames, 16),
                (\.errors, 24),
            ])
        expectLayout(
            of: MemoryOperation.AddToPhysicalMapBatch.Compat.self, size: 20,
            offsets: [
                (\.domain, 0), (\.space, 2), (\.size, 4), (\.foreignDomain, 6), (\.indices, 8), (\.guestFrames, 12),
                (\.errors, 16),
            ])
    }

    @Test("RemoveFromPhysicalMap lies as struct xen_remove_from_physmap does")
    func removeFromPhysicalMap() {
        expectLayout(
            of: MemoryOperation.RemoveFromPhysicalMap.self, size: 16, offsets: [(\.domain, 0), (\.guestFrame, 8)])
        expectLayout(
            of: MemoryOperation.RemoveFromPhysicalMap.Compat.self, size: 8, offsets: [(\.domain, 0), (\.guestFrame, 4)])
    }

    @Test("MemoryMap lies as struct xen_memory_map does")
    func memoryMap() {
        expectLayout(of: MemoryOperation.MemoryMap.self, size: 16, offsets: [(\.entryCount, 0), (\.buffer, 8)])
        expectLayout(of: MemoryOperation.MemoryMap.Compat.self, size: 8, offsets: [(\.entryCount, 0), (\.buffer, 4)])
    }

    @Test("SetMemoryMap lies as struct xen_foreign_memory_map does")
    func setMemoryMap() {
        expectLayout(of: MemoryOperation.SetMemoryMap.self, size: 24, offsets: [(\.domain, 0), (\.map, 8)])
        expectLayout(of: MemoryOperation.SetMemoryMap.Compat.self, size: 12, offsets: [(\.domain, 0), (\.map, 4)])
    }

    @Test("Reservation lies as struct xen_memory_reservation does")
    func reservation() {
        expectLayout(
            of: MemoryOperation.Reservation.self, size: 32,
            offsets: [(\.extentStart, 0), (\.extentCount, 8), (\.extentOrder, 16), (\.flags, 20), (\.domain, 24)])
        expectLayout(
            of: MemoryOperation.Reservation.Compat.self, size: 20,
            offsets: [(\.extentStart, 0), (\.extentCount, 4), (\.extentOrder, 8), (\.flags, 12), (\.domain, 16)])
    }

    @Test("Exchange lies as struct xen_memory_exchange does")
    func exchange() {
        expectLayout(
            of: MemoryOperation.Exchange.self, size: 72,
            offsets: [(\.input, 0), (\.output, 32), (\.exchangedCount, 64)])
        expectLayout(
            of: MemoryOperation.Exchange.Compat.self, size: 44,
            offsets: [(\.input, 0), (\.output, 20), (\.exchangedCount, 40)])
    }

    @Test("MemoryMapRange lies as struct e820entry does")
    func memoryMapRange() {
        expectLayout(of: MemoryMapRange.self, size: 20, offsets: [(\.start, 0), (\.size, 8), (\.kind, 16)])
    }
}
