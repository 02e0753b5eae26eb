// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// A domain's physical memory: its nested page tables, and with them the record of which frames it owns.
///
/// Four levels, root first; entries of level 2 may map 2 MiB at once. Tables are made when something is mapped and freed when
/// they are empty. The processor walks the same tables while the guest runs.
public struct PhysicalMap: ~Copyable {
    let format: NestedPageTableFormat
    let allocator: FrameAllocator
    let rootFrame: HostFrame
    /// The translations that were looked up last.
    let recent: NestedTranslationCache
    /// The frames that the tables themselves take.
    var tableCount: UInt64 = 1
    /// The frames of ordinary memory that are mapped.
    public internal(set) var ramFrameCount: UInt64 = 0
    /// The highest guest frame that has ever been mapped.
    public internal(set) var highestFrame: UInt64 = 0
    /// Whether something was unmapped or changed that a processor may still have in its translation caches.
    public var needsFlush = false
    /// The frames that are to be freed once no processor can reach them any more.
    var retired = RetiredFrames()

    /// An empty map. Nil when no two frames are free.
    public init?(format: NestedPageTableFormat, allocator: FrameAllocator) {
        guard let root = allocator.takeFrame() else { return nil }
        guard let cache = allocator.takeFrame() else {
            allocator.free(root)
            return nil
        }
        PhysicalMemory.fill(root)
        PhysicalMemory.fill(cache)
        rootFrame = root
        recent = NestedTranslationCache(frame: cache)
        self.format = format
        self.allocator = allocator
    }

    deinit {
        for index in 0..<retired.count { allocator.free(retired[index]) }
        PhysicalMap.free(table: rootFrame, level: 4, allocator: allocator)
        allocator.free(recent.frame)
    }

    /// The root table's address, for the VMCB or VMCS.
    public var root: HostPhysicalAddress { rootFrame.address }

    /// The tables, for looking things up.
    @inline(__always)
    public var tables: NestedPageTables { NestedPageTables(root: rootFrame, recent: recent) }

    /// Looks up a guest frame; nil when nothing is mapped there.
    public func lookup(_ frame: GuestFrame) -> NestedPageTables.Mapping? { tables.lookup(frame) }

    /// Frees a frame as soon as no processor can reach it any more.
    mutating func retire(_ frame: HostFrame) {
        retired.append(frame)
        needsFlush = true
    }

    /// Frees what was taken out of the map, once translations have been dropped: see `VirtualMachineMonitor.settle`.
    mutating func freeRetired() {
        while let frame = retired.removeLast() { allocator.free(frame) }
    }

    /// Frees a table, all tables below it, and all the ordinary memory that they map.
    private static func free(table: HostFrame, level: UInt64, allocator: FrameAllocator) {
        for index in 0..<entriesPerTable {
            let entry = PhysicalMemory.read(UInt64.self, at: table.address.advanced(by: index &* 8))
            guard NestedPageTables.isPresent(entry) else { continue }
            let frame = HostPhysicalAddress(entry & PageTableEntry.addressMask).frame
            if !NestedPageTables.isLeaf(entry, level: level) {
                free(table: frame, level: level &- 1, allocator: allocator)
            } else if FrameUse(entry: entry) == .ram {
                allocator.release(from: frame, to: frame.advanced(by: 1 &<< (9 &* (level &- 1))))
            }
        }
        allocator.free(table)
    }
}
