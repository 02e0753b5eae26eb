// SPDX-License-Identifier: MIT
import Architecture

/// A frame that somebody else owns and whoever holds this value uses: it stays until the value goes, even if its owner frees it.
struct HeldFrame: ~Copyable {
    /// Which frame it is.
    let frame: HostFrame
    private let allocator: FrameAllocator

    /// Holds a frame. Nil when there is no memory to note it.
    init?(_ frame: HostFrame, from allocator: FrameAllocator) {
        guard allocator.hold(frame) else { return nil }
        self.frame = frame
        self.allocator = allocator
    }

    deinit {
        allocator.letGo(of: frame)
    }

    /// The address of its first byte.
    var address: HostPhysicalAddress { frame.address }
}
