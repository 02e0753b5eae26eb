// SPDX-License-Identifier: MIT
import XenInterface

/// A way to xenstore: a ring of requests and a ring of answers in one page.
public struct Xenstore: Sendable {
    /// The page.
    public let page: UInt64
    /// The event channel that tells either side of the other's work.
    public let port: EventChannelPort

    /// Finds the page; `nil` when the domain has none.
    public init?(_ hypercalls: Hypercalls) {
        guard let frame = hypercalls.parameter(.xenstoreFrame), frame != 0, frame < 1 << 20,
            let port = hypercalls.parameter(.xenstorePort), port != 0
        else { return nil }
        page = frame << 12
        self.port = EventChannelPort(rawValue: UInt32(truncatingIfNeeded: port))
    }

    /// Sends a request and waits for a message, which it puts to `place`: a page of its own, long enough for all messages.
    /// Answers `nil` if none comes for long.
    public func ask(
        _ kind: XenstoreMessage.Kind, _ payload: borrowing XenstorePayload, transaction: UInt32 = 0, to place: UInt64,
        _ hypercalls: Hypercalls
    ) -> XenstoreAnswer? {
        send(kind, payload, transaction: transaction, hypercalls)
        return receive(to: place, hypercalls)
    }

    /// Sends a request. What does not fit into the ring is left out, so requests have to be shorter than the ring.
    public func send(
        _ kind: XenstoreMessage.Kind, _ payload: borrowing XenstorePayload, transaction: UInt32 = 0,
        _ hypercalls: Hypercalls
    ) {
        put(kind, payload, transaction: transaction)
        hypercalls.send(port)
    }

    /// Puts a request into the ring, and tells nobody.
    public func put(
        _ kind: XenstoreMessage.Kind, _ payload: borrowing XenstorePayload, transaction: UInt32 = 0
    ) {
        let header = XenstoreMessage(
            kind, identifier: 7, transaction: transaction, length: UInt32(truncatingIfNeeded: payload.count))
        let producer = index(XenstoreRingLayout.requestProducer)
        var copy = header
        Memory.withAddress(of: &copy) { address in
            for offset in 0..<16 as Range<UInt32> {
                put(Memory.load8(address &+ UInt64(offset)), at: producer &+ offset)
            }
        }
        for offset in 0..<payload.count { put(payload.byte(offset), at: producer &+ 16 &+ UInt32(offset)) }
        set(XenstoreRingLayout.requestProducer, producer &+ 16 &+ header.length)
    }

    /// Waits for a message and puts it to `place`, telling the store so as long as `asking`. Answers `nil` if none comes for long.
    public func receive(to place: UInt64, _ hypercalls: Hypercalls, asking: Bool = true) -> XenstoreAnswer? {
        guard take(16, to: place, hypercalls, asking) else { return nil }
        let header = Memory.load(place, as: XenstoreMessage.self)
        guard header.length <= XenstoreMessage.greatestLength &- 16,
            take(UInt64(header.length), to: place &+ 16, hypercalls, asking)
        else { return nil }
        return XenstoreAnswer(header: header, place: place &+ 16)
    }

    private func take(_ count: UInt64, to place: UInt64, _ hypercalls: Hypercalls, _ asking: Bool) -> Bool {
        for offset in 0..<count {
            let consumer = index(XenstoreRingLayout.answerConsumer)
            var patience = 20_000
            while index(XenstoreRingLayout.answerProducer) == consumer {
                guard patience > 0 else { return false }
                patience -= 1
                if asking { hypercalls.send(port) }
                hypercalls.yield()
            }
            let byte = Memory.load8(
                page &+ UInt64(XenstoreRingLayout.answers) &+ UInt64(consumer) % UInt64(XenstoreRingLayout.size))
            Memory.store8(byte, at: place &+ offset)
            set(XenstoreRingLayout.answerConsumer, consumer &+ 1)
        }
        return true
    }

    private func put(_ byte: UInt8, at index: UInt32) {
        let place = UInt64(index) % UInt64(XenstoreRingLayout.size)
        Memory.store8(byte, at: page &+ UInt64(XenstoreRingLayout.requests) &+ place)
    }
    private func index(_ offset: Int) -> UInt32 { Memory.load32(page &+ UInt64(offset)) }
    private func set(_ offset: Int, _ value: UInt32) { Memory.store32(value, at: page &+ UInt64(offset)) }
}
