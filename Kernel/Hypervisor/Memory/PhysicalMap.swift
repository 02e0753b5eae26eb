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
    /// The account on which the memory goes.
    let account: FrameAccount
    let rootFrame: HostFrame
    /// The translations that were looked up last.
    let recent: NestedTranslationCache
    /// The frames that the tables themselves take.
    var tableCount: UInt64 = 1
    /// The most that they may take: a guest chooses where its memory lies, and so how many there have to be.
    let tableLimit: UInt64
    /// The frames of ordinary memory that are mapped.
    public internal(set) var ramFrameCount: UInt64 = 0
    /// The highest guest frame that has ever been mapped.
    public internal(set) var highestFrame: UInt64 = 0
    /// Whether something was unmapped or changed that a processor may still have in its translation caches.
    public var needsFlush = false
    /// The frames that are to be freed once no processor can reach them any more.
    var retired = RetiredFrames()

    /// An empty map. Nil when no two frames are free.
    public init?(format: NestedPageTableFormat, allocator: FrameAllocator, tableLimit: UInt64 = .max) {
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
        self.tableLimit = tableLimit
        account = FrameAccount(allocator)
    }

    deinit {
        for index in 0..<retired.count { allocator.free(retired[index]) }
        var rest = Emptying(account: account, budget: .max)
        _ = rest.empty(rootFrame, level: 4)
        allocator.free(rootFrame)
        allocator.free(recent.frame)
    }

    /// The memory that the domain has to answer for: what is mapped, and what it has given back and others still use.
    public var chargedFrameCount: UInt64 { ramFrameCount &+ account.orphanCount }

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
        while let frame = retired.removeLast() { account.free(frame) }
    }
}
