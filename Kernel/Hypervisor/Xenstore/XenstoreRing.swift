// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// The store's end of the page through which a domain talks to xenstore. (Xen public header `io/xs_wire.h`)
///
/// The indices are the guest's to change at any time: each is read once, and reduced before use.
struct XenstoreRing: ~Copyable {
    /// The page.
    let page: OwnedFrame

    /// A page of zeros. Nil when no frame is free.
    init?(from allocator: FrameAllocator) {
        guard let page = OwnedFrame(from: allocator) else { return nil }
        self.page = page
    }

    /// Takes at most `count` bytes that the guest has written. Answers how many.
    func take(_ count: Int, to place: HostPhysicalAddress) -> Int {
        let (producer, consumer) = (
            read(XenstoreRingLayout.requestProducer), read(XenstoreRingLayout.requestConsumer)
        )
        let taken = min(Int(min(producer &- consumer, UInt32(XenstoreRingLayout.size))), count)
        for offset in 0..<taken {
            let from = ring(XenstoreRingLayout.requests, consumer &+ UInt32(offset))
            PhysicalMemory.write(PhysicalMemory.read(UInt8.self, at: from), at: place.advanced(by: UInt64(offset)))
        }
        write(consumer &+ UInt32(taken), XenstoreRingLayout.requestConsumer)
        return taken
    }

    /// Gives the guest at most `count` bytes: as many as there is room for. Answers how many.
    func put(_ count: Int, from place: HostPhysicalAddress) -> Int {
        let (producer, consumer) = (read(XenstoreRingLayout.answerProducer), read(XenstoreRingLayout.answerConsumer))
        let used = Int(min(producer &- consumer, UInt32(XenstoreRingLayout.size)))
        let given = min(XenstoreRingLayout.size &- used, count)
        for offset in 0..<given {
            let to = ring(XenstoreRingLayout.answers, producer &+ UInt32(offset))
            PhysicalMemory.write(PhysicalMemory.read(UInt8.self, at: place.advanced(by: UInt64(offset))), at: to)
        }
        write(producer &+ UInt32(given), XenstoreRingLayout.answerProducer)
        return given
    }

    private func ring(_ start: Int, _ index: UInt32) -> HostPhysicalAddress {
        page.address.advanced(by: UInt64(start) &+ UInt64(index) % UInt64(XenstoreRingLayout.size))
    }

    private func read(_ offset: Int) -> UInt32 {
        PhysicalMemory.read(UInt32.self, at: page.address.advanced(by: UInt64(offset)))
    }

    private func write(_ index: UInt32, _ offset: Int) {
        PhysicalMemory.write(index, at: page.address.advanced(by: UInt64(offset)))
    }
}
