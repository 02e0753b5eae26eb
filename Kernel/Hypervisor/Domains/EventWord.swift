// SPDX-License-Identifier: MIT
import Architecture

/// An event's word in a guest's event array, which the guest changes at the same time. (Xen public header `event_channel.h`,
/// the FIFO ABI)
struct EventWord {
    private let place: HostPhysicalAddress

    /// There is an event.
    static var pending: UInt64 { 31 }
    /// The guest does not want to know.
    static var masked: UInt64 { 30 }
    /// The event is in a queue.
    static var linked: UInt64 { 29 }
    /// The hypervisor is changing the link: the guest waits before it unmasks.
    private static var busy: UInt64 { 28 }
    /// The bits that hold the port of the next event in the queue.
    private static var linkMask: UInt32 { 1 << 17 - 1 }
    /// How many they are.
    static var linkBits: UInt8 { 17 }

    /// The word at an address that is a multiple of 4.
    init(at place: HostPhysicalAddress) {
        self.place = place
    }

    /// Whether a bit is set.
    func isSet(_ bit: UInt64) -> Bool { PhysicalMemory.read(UInt32.self, at: place) &>> UInt32(bit) & 1 != 0 }

    /// Sets a bit. Returns whether it was set before.
    func testAndSet(_ bit: UInt64) -> Bool { PhysicalMemory.testAndSet(bit: bit &+ shift, of: pair) }

    /// Clears a bit. Returns whether it was set before.
    func testAndClear(_ bit: UInt64) -> Bool { PhysicalMemory.testAndClear(bit: bit &+ shift, of: pair) }

    /// Lets the event's link lead to a port, if the event is still in its queue. Returns whether the port is in that queue now.
    ///
    /// While a word is linked its guest may mask it, unmask it, and clear its pending and linked bits; the busy bit keeps it
    /// from unmasking. So a guest that keeps to the rules makes the exchange fail four times at most. With one that does not,
    /// the event is lost, and that is the guest's own.
    func setLink(to port: UInt32) -> Bool {
        var word = PhysicalMemory.read(UInt32.self, at: place)
        if let isLinked = trySetLink(to: port, &word) { return isLinked }
        _ = testAndSet(EventWord.busy)
        word = PhysicalMemory.read(UInt32.self, at: place)
        for _ in 0..<4 {
            guard let isLinked = trySetLink(to: port, &word) else { continue }
            if !isLinked { _ = testAndClear(EventWord.busy) }
            return isLinked
        }
        _ = testAndClear(EventWord.busy)
        return true
    }

    /// One attempt. Returns whether the word is linked; nil when it has changed meanwhile, and `word` is what it is now.
    private func trySetLink(to port: UInt32, _ word: inout UInt32) -> Bool? {
        guard word &>> UInt32(EventWord.linked) & 1 != 0 else { return false }
        let expected = word
        let value = expected & ~(1 &<< UInt32(EventWord.busy) | EventWord.linkMask) | port
        word = PhysicalMemory.compareExchange(expected, for: value, at: place)
        return word == expected ? true : nil
    }

    /// Two words make the eight bytes on which bits are set and cleared.
    private var pair: HostPhysicalAddress { HostPhysicalAddress(place.value & ~7) }
    private var shift: UInt64 { (place.value & 4) &* 8 }
}
