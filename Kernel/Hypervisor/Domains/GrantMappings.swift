// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// A mapping of another domain's frame. Sixteen bytes; one without flags is not in use.
struct GrantMapping: BitwiseCopyable {
    /// The number of the frame.
    var frame: UInt64 = 0
    /// The entry that grants it; while the mapping is not in use, the next one that is not.
    var reference = GrantReference()
    /// The domain that has granted it; `.invalid` when that is no more.
    var domain = DomainIdentifier()
    /// How it is mapped: `host`, and `readOnly` or not.
    var flags: UInt16 = 0

    /// Whether it is in use.
    var isActive: Bool { flags != 0 }
    /// Whether the domain may write to the frame.
    var isWritable: Bool { UInt32(flags) & GrantMapFlags.readOnly.rawValue == 0 }
}

/// What a domain has mapped of other domains' frames, by the handles that it was told. The table grows by a frame at a time;
/// mappings that have ended form a list, of which the next ones are made.
struct GrantMappings: ~Copyable {
    private var table: FrameTable<GrantMapping>
    private var firstFree = GrantMappings.none

    /// The handle of no mapping.
    private static var none: UInt32 { .max }

    /// No mappings. Nil when no frame is free.
    init?(from allocator: FrameAllocator) {
        guard let table = FrameTable<GrantMapping>(from: allocator, maximumFrameCount: 128) else { return nil }
        self.table = table
    }

    /// One more than the highest handle that there can be.
    var end: UInt32 { UInt32(truncatingIfNeeded: table.count) }

    /// Calls `body` for each frame of the table.
    func forEachFrame(_ body: (HostFrame) -> Void) { table.forEachFrame(body) }

    /// The mapping of a handle; nil when the handle names none.
    subscript(handle: UInt32) -> GrantMapping? {
        guard let mapping = table[UInt64(handle)], mapping.isActive else { return nil }
        return mapping
    }

    /// Takes up a mapping and returns its handle.
    ///
    /// - Throws: `.noDeviceSpace` when there is no room for another one.
    mutating func add(_ mapping: GrantMapping) throws(GrantStatus) -> UInt32 {
        if firstFree == GrantMappings.none { try grow() }
        guard let free = table[UInt64(firstFree)] else { throw .noDeviceSpace }
        let handle = firstFree
        firstFree = free.reference.rawValue
        table.set(UInt64(handle), to: mapping)
        return handle
    }

    /// Forgets a mapping.
    mutating func remove(_ handle: UInt32) {
        guard self[handle] != nil else { return }
        var free = GrantMapping()
        free.reference = GrantReference(rawValue: firstFree)
        table.set(UInt64(handle), to: free)
        firstFree = handle
    }

    /// Notes that a domain is no more: its frames that are mapped stay until the mappings end.
    mutating func orphan(_ domain: DomainIdentifier) {
        for handle in 0..<end {
            guard var mapping = self[handle], mapping.domain == domain else { continue }
            mapping.domain = .invalid
            table.set(UInt64(handle), to: mapping)
        }
    }

    private mutating func grow() throws(GrantStatus) {
        let start = end
        guard table.grow() else { throw .noDeviceSpace }
        for handle in (start..<end).reversed() {
            var free = GrantMapping()
            free.reference = GrantReference(rawValue: firstFree)
            table.set(UInt64(handle), to: free)
            firstFree = handle
        }
    }
}
