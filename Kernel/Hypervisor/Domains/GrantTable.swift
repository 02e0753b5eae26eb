// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// The frames in which a domain writes which of its pages others may use. (Xen public header `grant_table.h`)
public struct GrantTable: ~Copyable {
    private var frames: FrameTable<GrantEntry>
    /// The most frames that the table may have.
    public let maximumFrameCount: UInt32 = 64

    /// A table of one frame. Nil when no frame is free.
    public init?(from allocator: FrameAllocator) {
        guard var frames = FrameTable<GrantEntry>(from: allocator, maximumFrameCount: 64), frames.grow() else {
            return nil
        }
        self.frames = frames
    }

    /// The number of frames that the table has.
    public var frameCount: UInt32 { UInt32(truncatingIfNeeded: frames.frameCount) }

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

    /// Seeds an entry at build time.
    mutating func set(_ reference: GrantReference, to entry: GrantEntry) {
        frames.set(UInt64(reference.rawValue), to: entry)
    }
}
