// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import XenInterface

/// A domain's console: the line that is being put together, and the ring page of the paravirtual console, of which the
/// output half is served here. There is no input.
struct DomainConsole: ~Copyable {
    /// The ring page. (Xen public header `io/console.h`)
    let ring: OwnedFrame
    /// The bytes since the last line end.
    private(set) var line = Message()

    /// An empty console. Nil when no frame is free.
    init?(from allocator: FrameAllocator) {
        guard let ring = OwnedFrame(from: allocator) else { return nil }
        self.ring = ring
    }

    /// Takes one byte; returns the line when it is complete, without its line end.
    mutating func append(_ byte: UInt8) -> Message? {
        guard byte != UInt8(ascii: "\n"), line.count < Message.capacity &- 1 else {
            if byte != UInt8(ascii: "\n") { line.append(byte) }
            return takeLine()
        }
        if byte != UInt8(ascii: "\r") && byte != 0 { line.append(byte) }
        return nil
    }

    /// What has come since the last line end, when the domain ends in the middle of a line.
    mutating func takeLine() -> Message {
        let complete = line
        line = Message()
        return complete
    }

    /// Takes the next byte out of the ring; nil when it is empty. The indices are the guest's: they are reduced before use.
    func takeFromRing() -> UInt8? {
        let producer = PhysicalMemory.read(UInt32.self, at: place(ConsoleRingLayout.outputProducer))
        let consumer = PhysicalMemory.read(UInt32.self, at: place(ConsoleRingLayout.outputConsumer))
        guard producer != consumer else { return nil }
        let offset = ConsoleRingLayout.output &+ Int(consumer & UInt32(ConsoleRingLayout.outputSize &- 1))
        let byte = PhysicalMemory.read(UInt8.self, at: place(offset))
        PhysicalMemory.write(consumer &+ 1, at: place(ConsoleRingLayout.outputConsumer))
        return byte
    }

    private func place(_ offset: Int) -> HostPhysicalAddress { ring.address.advanced(by: UInt64(offset)) }
}
