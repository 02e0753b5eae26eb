// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import XenInterface

/// A domain's console: the lines that are being put together, and the ring page of the paravirtual console, of which the output
/// half is served here. There is no input.
///
/// A guest may write through hypercalls and ports, and through the ring; each way has a line of its own, so that guests that
/// use both do not mix them.
struct DomainConsole: ~Copyable {
    /// The ring page. (Xen public header `io/console.h`)
    let ring: OwnedFrame
    /// The bytes since the last line end, of hypercalls and ports.
    private var line = ConsoleLine()
    /// The same, of the ring.
    private var ringLine = ConsoleLine()

    /// An empty console. Nil when no frame is free.
    init?(from allocator: FrameAllocator) {
        guard let ring = OwnedFrame(from: allocator) else { return nil }
        self.ring = ring
    }

    /// Takes a byte of a hypercall or port; returns the line when it is complete, without its line end.
    mutating func append(_ byte: UInt8) -> Message? { line.append(byte) }

    /// Takes a byte that came through the ring; returns the line when it is complete, without its line end.
    mutating func appendFromRing(_ byte: UInt8) -> Message? { ringLine.append(byte) }

    /// What has come by hypercalls and ports since the last line end.
    mutating func takeLine() -> Message { line.take() }

    /// What has come through the ring since the last line end.
    mutating func takeRingLine() -> Message { ringLine.take() }

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

/// A line of a console that is being put together.
struct ConsoleLine {
    private var text = Message()

    /// Takes one byte; returns the line when it is complete, or as long as a line can be.
    mutating func append(_ byte: UInt8) -> Message? {
        switch byte {
        case UInt8(ascii: "\n"): return take()
        case UInt8(ascii: "\r"), 0: return nil
        default:
            text.append(byte)
            return text.count == Message.capacity ? take() : nil
        }
    }

    /// The line so far; it begins anew.
    mutating func take() -> Message {
        let complete = text
        text = Message()
        return complete
    }
}
