// SPDX-License-Identifier: MIT
import Architecture

/// A frame of physical memory with exactly one owner: whoever holds this value. When the value goes, the frame is free.
public struct OwnedFrame: ~Copyable {
    /// Which frame it is.
    public let frame: HostFrame
    private let allocator: FrameAllocator

    /// A frame from the allocator, filled with zeros. Nil when no frame is free.
    public init?(from allocator: FrameAllocator) {
        guard let frame = allocator.takeFrame() else { return nil }
        PhysicalMemory.fill(frame)
        self.frame = frame
        self.allocator = allocator
    }

    deinit {
        allocator.free(frame)
    }

    /// The address of its first byte.
    @inline(__always)
    public var address: HostPhysicalAddress { frame.address }
}
