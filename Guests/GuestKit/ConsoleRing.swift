// SPDX-License-Identifier: MIT
import XenInterface

/// The paravirtual console: a ring of bytes in a page that another domain reads.
struct ConsoleRing {
    private let page: UInt64
    private let port: EventChannelPort

    /// Finds the ring; `nil` when the domain has none.
    init?(_ hypercalls: Hypercalls) {
        guard let frame = hypercalls.parameter(.consoleFrame), frame != 0, frame < 1 << 20,
            let port = hypercalls.parameter(.consolePort), port != 0
        else { return nil }
        page = frame << 12
        self.port = EventChannelPort(rawValue: UInt32(truncatingIfNeeded: port))
    }

    /// Writes a byte, and at the end of a line tells the other side. Drops the byte if the ring stays full for long, or the port
    /// is closed.
    func write(_ byte: UInt8, _ hypercalls: Hypercalls) {
        let producer = index(ConsoleRingLayout.outputProducer)
        var patience = 10_000
        while producer &- index(ConsoleRingLayout.outputConsumer) >= UInt32(ConsoleRingLayout.outputSize) {
            guard patience > 0 else { return }
            patience -= 1
            guard hypercalls.send(port) == 0 else { return }
            hypercalls.yield()
        }
        let place = UInt64(producer) % UInt64(ConsoleRingLayout.outputSize)
        Memory.store8(byte, at: page &+ UInt64(ConsoleRingLayout.output) &+ place)
        Memory.store32(producer &+ 1, at: page &+ UInt64(ConsoleRingLayout.outputProducer))
        if byte == UInt8(ascii: "\n") { hypercalls.send(port) }
    }

    private func index(_ offset: Int) -> UInt32 { Memory.load32(page &+ UInt64(offset)) }
}
