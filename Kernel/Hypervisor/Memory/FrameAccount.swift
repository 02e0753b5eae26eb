// SPDX-License-Identifier: MIT
import Architecture

/// What a domain owes for its memory. A frame that it gives back while others use it still, by a grant or as a page that it shares with
/// the hypervisor, counts as its own until the last of them has let go: else two domains that help each other could have any number
/// of frames. (Xen counts such pages in the domain's `tot_pages`.)
///
/// Used under the lock of the domain.
final class FrameAccount {
    /// Where the frames come from.
    let allocator: FrameAllocator
    /// How many frames the domain has given back that others still use.
    private(set) var orphanCount: UInt64 = 0

    /// The account of a domain that has no memory yet.
    init(_ allocator: FrameAllocator) {
        self.allocator = allocator
    }

    /// Frees a frame of the domain's. One that others use counts on.
    func free(_ frame: HostFrame) {
        if allocator.free(frame) { orphanCount &+= 1 }
    }

    /// Notes that somebody uses a frame of the domain's. Returns false when there is no memory for the note.
    func hold(_ frame: HostFrame) -> Bool { allocator.hold(frame) }

    /// Takes such a note back.
    func letGo(of frame: HostFrame) {
        if allocator.letGo(of: frame) { orphanCount &-= 1 }
    }
}
