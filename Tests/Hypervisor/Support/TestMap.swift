// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

@testable import Hypervisor

/// A physical map over an arena, by plain frame numbers.
final class TestMap {
    private(set) var map: PhysicalMap
    /// The last property, as the map has its frames in it until it goes.
    let arena: TestArena

    /// An empty map.
    init(
        _ arena: TestArena, format: NestedPageTableFormat = .nestedPaging
    ) throws(TestArena.MissingFrame) {
        guard let map = PhysicalMap(format: format, allocator: arena.allocator) else { throw .init() }
        self.map = map
        self.arena = arena
    }

    var tables: NestedPageTables { map.tables }
    var tableCount: UInt64 { map.tableCount }
    var ramFrameCount: UInt64 { map.ramFrameCount }
    var root: HostPhysicalAddress { map.root }
    var highestFrame: UInt64 { map.highestFrame }
    var needsFlush: Bool { map.needsFlush }

    func lookup(_ number: UInt64) -> NestedPageTables.Mapping? { map.lookup(GuestFrame(number)) }

    func translate(_ address: UInt64, forWriting: Bool = false) -> UInt64? {
        tables.translate(GuestPhysicalAddress(address), forWriting: forWriting)?.value
    }

    /// Maps a fresh zeroed frame as ordinary memory, and returns it.
    @discardableResult
    func mapMemory(_ number: UInt64) throws -> HostFrame {
        let frame = try arena.takeZeroedFrame()
        try map.map(GuestFrame(number), to: frame, use: .ram)
        return frame
    }

    func map(_ number: UInt64, to frame: HostFrame, use: FrameUse, writable: Bool = true) throws(XenError) {
        defer { map.freeRetired() }
        try map.map(GuestFrame(number), to: frame, use: use, writable: writable)
    }

    /// Maps 512 fresh frames with one large page, and returns the first.
    func mapLarge(_ number: UInt64) throws -> HostFrame {
        guard let frame = arena.allocator.takeLargeFrame() else { throw TestArena.MissingFrame() }
        try map.mapLarge(GuestFrame(number), to: frame)
        return frame
    }

    /// Unmaps a frame, and settles.
    func unmap(_ number: UInt64) throws(XenError) {
        try unmapOnly(number)
        settle()
    }

    /// Unmaps a frame that processors may still reach.
    func unmapOnly(_ number: UInt64) throws(XenError) { try map.unmap(GuestFrame(number)) }

    /// Gives back a part of all. Returns whether that was the last one.
    func relinquish() -> Bool { map.relinquish() }

    /// No processor reaches any more what was taken out.
    func settle() { map.freeRetired() }

    func move(_ source: UInt64, to place: UInt64) throws(XenError) {
        defer { map.freeRetired() }
        try map.move(from: GuestFrame(source), to: GuestFrame(place))
    }

    func translate(
        _ address: UInt64, in space: GuestAddressSpace, forWriting: Bool = false
    ) -> UInt64? {
        space.translate(GuestLinearAddress(address), forWriting: forWriting, in: tables)?.value
    }

    /// The value in the guest's memory at a guest-physical address; nil where it has none.
    func read<Value: BitwiseCopyable>(_: Value.Type, at address: UInt64) -> Value? {
        tables.translate(GuestPhysicalAddress(address), forWriting: false).map {
            PhysicalMemory.read(Value.self, at: $0)
        }
    }

    /// Writes a value into the guest's memory; does nothing where it has none.
    func write<Value: BitwiseCopyable>(_ value: Value, at address: UInt64) {
        if let place = tables.translate(GuestPhysicalAddress(address), forWriting: true) {
            PhysicalMemory.write(value, at: place)
        }
    }
}
