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
    /// The frames that the tables themselves take.
    var tableCount: UInt64 = 1
    /// The frames of ordinary memory that are mapped.
    public internal(set) var ramFrameCount: UInt64 = 0
    /// The highest guest frame that has ever been mapped.
    public internal(set) var highestFrame: UInt64 = 0
    /// Whether something was unmapped or changed that a processor may still have in its translation caches.
    public var needsFlush = false

    /// An empty map. Nil when no frame is free.
    public init?(format: NestedPageTableFormat, allocator: FrameAllocator) {
        guard let root = allocator.takeFrame() else { return nil }
        PhysicalMemory.fill(root)
        rootFrame = root
        self.format = format
        self.allocator = allocator
    }

    deinit {
        PhysicalMap.free(table: rootFrame, level: 4, format: format, allocator: allocator)
    }

    /// Guest frame numbers have 36 bits: 48 bits of address. What lies above is never mapped.
    public static let frameLimit: UInt64 = 1 << 36

    /// The root table's address, for the VMCB or VMCS.
    public var root: HostPhysicalAddress { rootFrame.address }

    /// What a guest frame is mapped to.
    public struct Mapping {
        /// The frame of the machine.
        public let frame: HostFrame
        /// Why it is mapped.
        public let use: FrameUse
        /// Whether the guest may write.
        public let isWritable: Bool
    }

    /// Looks up a guest frame; nil when nothing is mapped there.
    public func lookup(_ frame: GuestFrame) -> Mapping? {
        guard let (entry, level) = leaf(frame), let use = FrameUse(entry: entry) else { return nil }
        return Mapping(
            frame: PhysicalMap.target(of: entry, level: level, frame: frame), use: use,
            isWritable: entry & format.writableMask != 0)
    }

    /// Translates a guest-physical address; nil when nothing is mapped there, or it is read-only and to be written.
    @inline(__always)
    public func translate(_ address: GuestPhysicalAddress, forWriting: Bool) -> HostPhysicalAddress? {
        guard let (entry, level) = leaf(address.frame), !forWriting || entry & format.writableMask != 0 else { return nil }
        return PhysicalMap.target(of: entry, level: level, frame: address.frame).address.advanced(by: address.offset)
    }

    @inline(__always)
    private func leaf(_ frame: GuestFrame) -> (entry: UInt64, level: UInt64)? {
        guard frame.number < PhysicalMap.frameLimit else { return nil }
        let address = frame.address.value
        var table = rootFrame.address
        var level: UInt64 = 4
        while true {
            let entry = PhysicalMemory.read(UInt64.self, at: table.advanced(by: tableIndex(of: address, level: level) &* 8))
            guard format.isPresent(entry) else { return nil }
            if format.isLeaf(entry, level: level) { return (entry, level) }
            table = HostPhysicalAddress(entry & PageTableEntry.addressMask)
            level &-= 1
        }
    }

    /// The frame that a leaf of some level maps a guest frame to.
    @inline(__always)
    static func target(of entry: UInt64, level: UInt64, frame: GuestFrame) -> HostFrame {
        let within = frame.number & (1 &<< (9 &* (level &- 1)) &- 1)
        return HostPhysicalAddress(entry & PageTableEntry.addressMask).frame.advanced(by: within)
    }

    /// Frees a table, all tables below it, and all the ordinary memory that they map.
    private static func free(
        table: HostFrame, level: UInt64, format: NestedPageTableFormat, allocator: FrameAllocator
    ) {
        for index in 0..<entriesPerTable {
            let entry = PhysicalMemory.read(UInt64.self, at: table.address.advanced(by: index &* 8))
            guard format.isPresent(entry) else { continue }
            let frame = HostPhysicalAddress(entry & PageTableEntry.addressMask).frame
            if !format.isLeaf(entry, level: level) {
                free(table: frame, level: level &- 1, format: format, allocator: allocator)
            } else if FrameUse(entry: entry) == .ram {
                allocator.release(from: frame, to: frame.advanced(by: 1 &<< (9 &* (level &- 1))))
            }
        }
        allocator.free(table)
    }
}
