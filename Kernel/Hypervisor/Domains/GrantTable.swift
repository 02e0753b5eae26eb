// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// The frames in which a domain writes which of its pages others may use, and what the hypervisor notes of their use. (Xen
/// public header `grant_table.h`)
public struct GrantTable: ~Copyable {
    private var frames: FrameTable<GrantEntry>
    /// How the entries are used at the moment, by the same index; it grows as entries are used.
    private var uses: FrameTable<GrantUse>
    /// What this domain has mapped of others.
    var mappings: GrantMappings
    /// The most frames that the table may have.
    public let maximumFrameCount: UInt32 = 64

    /// A table of one frame. Nil when no frame is free.
    public init?(from allocator: FrameAllocator) {
        guard var frames = FrameTable<GrantEntry>(from: allocator, maximumFrameCount: 64), frames.grow(),
            let uses = FrameTable<GrantUse>(from: allocator, maximumFrameCount: 128),
            let mappings = GrantMappings(from: allocator)
        else { return nil }
        self.frames = frames
        self.uses = uses
        self.mappings = mappings
    }

    /// The number of frames that the table has.
    public var frameCount: UInt32 { UInt32(truncatingIfNeeded: frames.frameCount) }

    /// A frame of the table; nil when the table is not so long.
    func existingFrame(_ index: UInt64) -> HostFrame? { frames.frame(index) }

    /// No reference from this one on is in use.
    var useLimit: UInt32 { UInt32(truncatingIfNeeded: uses.count) }

    /// Calls `body` for each frame that holds entries, uses or mappings.
    func forEachFrame(_ body: (HostFrame) -> Void) {
        frames.forEachFrame(body)
        uses.forEachFrame(body)
        mappings.forEachFrame(body)
    }

    /// Whether the table is long enough for an entry.
    func contains(_ reference: GrantReference) -> Bool { UInt64(reference.rawValue) < frames.count }

    /// A frame of the table, after growing it so far.
    ///
    /// - Throws: `.invalidArgument` for an index beyond the most that there may be, `.outOfMemory` when no frame is free.
    public mutating func frame(_ index: UInt64) throws(XenError) -> HostFrame {
        guard index < UInt64(maximumFrameCount) else { throw .invalidArgument }
        while frames.frameCount <= index {
            guard frames.grow() else { throw .outOfMemory }
        }
        guard let frame = frames.frame(index) else { throw .invalidArgument }
        return frame
    }

    /// Where an entry lies, which its domain may change at any time.
    ///
    /// - Throws: `.badReference` when the table is not so long.
    func place(of reference: GrantReference) throws(GrantStatus) -> HostPhysicalAddress {
        guard let place = frames.address(of: UInt64(reference.rawValue)) else { throw .badReference }
        return place
    }

    /// Replaces an entry, at build time or while nobody uses it.
    mutating func set(_ reference: GrantReference, to entry: GrantEntry) {
        frames.set(UInt64(reference.rawValue), to: entry)
    }

    /// How an entry is used at the moment.
    func use(of reference: GrantReference) -> GrantUse { uses[UInt64(reference.rawValue)] ?? GrantUse() }

    /// Notes how an entry is used. Returns false when no memory is free for the note.
    mutating func note(_ use: GrantUse, of reference: GrantReference) -> Bool {
        while UInt64(reference.rawValue) >= uses.count {
            guard uses.grow() else { return false }
        }
        uses.set(UInt64(reference.rawValue), to: use)
        return true
    }
}

/// How a grant is used at the moment: by whom, and how often. Sixteen bytes, all zero while it is not.
struct GrantUse: BitwiseCopyable {
    /// The number of the frame, as the entry named it when the use began.
    var frame: UInt64 = 0
    /// Who uses it.
    var user = DomainIdentifier()
    /// How many mappings and copies read it.
    var readers: UInt16 = 0
    /// How many may write as well; these are not among the readers.
    var writers: UInt16 = 0
    private var padding: UInt16 = 0

    /// The most that there may be of either kind, as on Xen.
    static var limit: UInt16 { 128 }

    /// Whether anybody uses it.
    var isActive: Bool { readers | writers != 0 }
}
