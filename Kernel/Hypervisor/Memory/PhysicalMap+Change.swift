// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension PhysicalMap {
    /// Maps a guest frame to a frame of the machine. With the use `.ram` the map owns the frame from now on, and nothing may
    /// have been mapped there before.
    ///
    /// - Throws: `.invalidArgument` for a frame number that is too high, `.alreadyExists` when something is mapped there,
    ///   `.outOfMemory` when no frame is free for a table, or the domain has as many as it may have.
    public mutating func map(
        _ frame: GuestFrame, to target: HostFrame, use: FrameUse, writable: Bool = true
    ) throws(XenError) {
        guard lookup(frame) == nil else { throw .alreadyExists }
        try replace(frame, with: target, use: use, writable: writable)
    }

    /// Maps a guest frame to another frame of the machine than the one that was there, if one was. Ordinary memory that was there is
    /// freed as soon as no processor can reach it any more.
    ///
    /// - Throws: as `map` does, and then nothing has changed.
    mutating func replace(
        _ frame: GuestFrame, with target: HostFrame, use: FrameUse, writable: Bool = true
    ) throws(XenError) {
        let old = lookup(frame)
        let slot = try slot(for: frame, level: 1)
        let flags = writable ? format.readWrite : format.readOnly
        PhysicalMemory.publish(target.address.value | flags | use.bits, at: slot)
        highestFrame = max(highestFrame, frame.number)
        if use == .ram { ramFrameCount &+= 1 }
        guard let old else { return }
        recent.forget(frame)
        needsFlush = true
        guard old.use == .ram else { return }
        retire(old.frame)
        ramFrameCount &-= 1
    }

    /// Maps 512 guest frames, from one on a 2 MiB boundary, to as many of the machine's.
    ///
    /// - Throws: as `map` does.
    public mutating func mapLarge(_ frame: GuestFrame, to target: HostFrame) throws(XenError) {
        let slot = try slot(for: frame, level: 2)
        guard !NestedPageTables.isPresent(PhysicalMemory.read(UInt64.self, at: slot)) else { throw .alreadyExists }
        PhysicalMemory.publish(target.address.value | format.readWrite | format.large | FrameUse.ram.bits, at: slot)
        highestFrame = max(highestFrame, frame.number &+ 511)
        ramFrameCount &+= 512
    }

    /// Takes away what is mapped at a guest frame. Ordinary memory is freed as soon as no processor can reach it any more. Does
    /// nothing when nothing is mapped.
    ///
    /// - Throws: `.outOfMemory` when a large page has to be split and no frame is free for the table.
    public mutating func unmap(_ frame: GuestFrame) throws(XenError) {
        guard let mapping = lookup(frame) else { return }
        let slot = try slot(for: frame, level: 1)
        clear(slot, of: frame)
        if mapping.use == .ram {
            retire(mapping.frame)
            ramFrameCount &-= 1
        }
        prune(frame)
    }

    /// Moves ordinary memory from one guest frame to another; what was there goes. Does nothing when there is none to move.
    ///
    /// - Throws: as `replace` does; the memory then stays where it was.
    public mutating func move(from source: GuestFrame, to place: GuestFrame) throws(XenError) {
        guard source != place, let mapping = lookup(source), mapping.use == .ram else { return }
        let slot = try slot(for: source, level: 1)
        try replace(place, with: mapping.frame, use: .ram)
        clear(slot, of: source)
        ramFrameCount &-= 1
        prune(source)
    }

    /// Takes out the entry for a guest frame: out of the tables, and of what is kept of them here and in the processors.
    private mutating func clear(_ slot: HostPhysicalAddress, of frame: GuestFrame) {
        PhysicalMemory.publish(0, at: slot)
        recent.forget(frame)
        needsFlush = true
    }

    /// The address of the entry for a guest frame at a level. Tables on the way are made, large pages split.
    private mutating func slot(for frame: GuestFrame, level: UInt64) throws(XenError) -> HostPhysicalAddress {
        guard frame.number < NestedPageTables.frameLimit else { throw .invalidArgument }
        var table = rootFrame.address
        var current: UInt64 = 4
        while current > level {
            let slot = table.advanced(by: tableIndex(of: frame.address.value, level: current) &* 8)
            var entry = PhysicalMemory.read(UInt64.self, at: slot)
            if !NestedPageTables.isPresent(entry) || NestedPageTables.isLeaf(entry, level: current) {
                do throws(XenError) {
                    entry = try makeTable(inPlaceOf: entry, level: current)
                } catch {
                    prune(frame)
                    throw error
                }
                PhysicalMemory.publish(entry, at: slot)
            }
            table = HostPhysicalAddress(entry & PageTableEntry.addressMask)
            current &-= 1
        }
        return table.advanced(by: tableIndex(of: frame.address.value, level: level) &* 8)
    }

    /// A new table: empty, or mapping what the large page in its place has mapped. Returns the entry that leads to it.
    private mutating func makeTable(inPlaceOf entry: UInt64, level: UInt64) throws(XenError) -> UInt64 {
        guard tableCount < tableLimit, let table = allocator.takeFrame() else { throw .outOfMemory }
        tableCount &+= 1
        PhysicalMemory.fill(table)
        if NestedPageTables.isPresent(entry) {
            let flags =
                level == 2 ? entry & ~(PageTableEntry.addressMask | format.large) : entry & ~PageTableEntry.addressMask
            let step = frameSize &<< (9 &* (level &- 2))
            for index in 0..<entriesPerTable {
                let target = (entry & PageTableEntry.addressMask) &+ index &* step
                PhysicalMemory.write(target | flags, at: table.address.advanced(by: index &* 8))
            }
            needsFlush = true
        }
        return table.address.value | format.table
    }

    /// Takes out the tables that lead to a guest frame and have become empty. A processor may have walked them just now.
    private mutating func prune(_ frame: GuestFrame) {
        var level: UInt64 = 0
        while level < 3 {
            level &+= 1
            guard let parent = parentSlot(of: frame, level: level) else { continue }
            let table = HostPhysicalAddress(PhysicalMemory.read(UInt64.self, at: parent) & PageTableEntry.addressMask)
                .frame
            for index in 0..<entriesPerTable {
                if PhysicalMemory.read(UInt64.self, at: table.address.advanced(by: index &* 8)) != 0 { return }
            }
            PhysicalMemory.publish(0, at: parent)
            retire(table)
            tableCount &-= 1
        }
    }

    /// The address of the entry that leads to the table of a level on the way to a guest frame.
    private func parentSlot(of frame: GuestFrame, level: UInt64) -> HostPhysicalAddress? {
        var table = rootFrame.address
        var current: UInt64 = 4
        while true {
            let slot = table.advanced(by: tableIndex(of: frame.address.value, level: current) &* 8)
            let entry = PhysicalMemory.read(UInt64.self, at: slot)
            guard NestedPageTables.isPresent(entry), !NestedPageTables.isLeaf(entry, level: current) else { return nil }
            if current == level &+ 1 { return slot }
            table = HostPhysicalAddress(entry & PageTableEntry.addressMask)
            current &-= 1
        }
    }
}
