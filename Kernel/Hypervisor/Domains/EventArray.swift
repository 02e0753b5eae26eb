// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// The pages of a guest's memory that hold a word for each of its events, 1024 a page. (Xen public header `event_channel.h`, the
/// FIFO ABI)
struct EventArray: ~Copyable {
    /// Holds the addresses of the pages.
    private let list: OwnedFrame
    private let account: FrameAccount
    /// How many pages there are.
    private(set) var pageCount: UInt64 = 0

    /// How many ports there can be.
    static var portLimit: UInt32 { 1 << 17 }
    /// How many words a page has.
    static var wordsPerPage: UInt32 { 1024 }

    /// An array without pages, which a domain will share. Nil when no frame is free.
    init?(on account: FrameAccount) {
        guard let list = OwnedFrame(from: account.allocator) else { return nil }
        self.list = list
        self.account = account
    }

    deinit {
        for index in 0..<pageCount { account.letGo(of: page(index).frame) }
    }

    /// The frame with the addresses of the pages.
    var listFrame: HostFrame { list.frame }

    /// The frame of a page that there is.
    func pageFrame(_ index: UInt64) -> HostFrame { page(index).frame }

    /// The first port for which there is no word yet.
    var end: UInt32 { UInt32(truncatingIfNeeded: pageCount) &* EventArray.wordsPerPage }

    /// The word of a port; nil while there is no page for it.
    func word(_ port: UInt32) -> EventWord? {
        guard port < end else { return nil }
        let place = page(UInt64(port / EventArray.wordsPerPage))
        return EventWord(at: place.advanced(by: UInt64(port % EventArray.wordsPerPage) &* 4))
    }

    /// Appends a page of the guest's.
    ///
    /// - Throws: `.noSpace` when there are words for all ports, `.outOfMemory` when the page cannot be held.
    mutating func add(_ frame: HostFrame) throws(XenError) {
        guard end < EventArray.portLimit else { throw .noSpace }
        guard account.hold(frame) else { throw .outOfMemory }
        PhysicalMemory.write(frame.address.value, at: list.address.advanced(by: pageCount &* 8))
        pageCount &+= 1
    }

    private func page(_ index: UInt64) -> HostPhysicalAddress {
        HostPhysicalAddress(PhysicalMemory.read(UInt64.self, at: list.address.advanced(by: index &* 8)))
    }
}
