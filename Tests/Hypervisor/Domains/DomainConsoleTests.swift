// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import Testing
import XenInterface

@testable import Hypervisor

struct DomainConsoleTests {
    let arena = TestArena(bytes: 64 << 10)

    /// Keeps a console that cannot be copied where the testing macros do not see it.
    private final class Holder {
        var console: DomainConsole

        init(_ arena: TestArena) throws(TestArena.MissingFrame) {
            guard let console = DomainConsole(from: arena.allocator) else { throw .init() }
            self.console = console
        }

        /// The lines that bytes complete.
        func append(_ bytes: some Sequence<UInt8>) -> [String] {
            bytes.compactMap { console.append($0).map(Holder.text) }
        }

        func takeLine() -> String { Holder.text(console.takeLine()) }

        /// All that is in the ring, but at most so many bytes.
        func drain(limit: Int = 10_000) -> [UInt8] {
            var bytes: [UInt8] = []
            while bytes.count < limit, let byte = console.takeFromRing() { bytes.append(byte) }
            return bytes
        }

        func set(_ offset: Int, _ value: UInt32) {
            PhysicalMemory.write(value, at: console.ring.address.advanced(by: UInt64(offset)))
        }

        func get(_ offset: Int) -> UInt32 {
            PhysicalMemory.read(UInt32.self, at: console.ring.address.advanced(by: UInt64(offset)))
        }

        func put(_ byte: UInt8, at index: Int) {
            let place = ConsoleRingLayout.output + index % ConsoleRingLayout.outputSize
            PhysicalMemory.write(byte, at: console.ring.address.advanced(by: UInt64(place)))
        }

        static func text(_ message: Message) -> String {
            String(decoding: (0..<message.count).map { message.bytes[$0] }, as: UTF8.self)
        }
    }

    @Test("bytes come together to lines; carriage returns and zeros are dropped")
    func lines() throws {
        let holder = try Holder(arena)
        #expect(holder.append("Linux\r\nver\0sion".utf8) == ["Linux"])
        #expect(holder.append(" 6.1\n\n".utf8) == ["version 6.1", ""])
    }

    @Test("an unfinished line can be taken, once")
    func unfinished() throws {
        let holder = try Holder(arena)
        _ = holder.append("panic".utf8)
        #expect(holder.takeLine() == "panic")
        #expect(holder.takeLine() == "")
    }

    @Test("a line that never ends is broken, and no byte of it is lost")
    func longLine() throws {
        let holder = try Holder(arena)
        let bytes = (0..<1000).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        let lines = holder.append(bytes)
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.utf8.count == Message.capacity })
        #expect((lines.joined() + holder.takeLine()).utf8.elementsEqual(bytes))
    }

    @Test("the ring gives its bytes in order, around its end, and tells how far it was read")
    func ring() throws {
        let holder = try Holder(arena)
        let start = UInt32(ConsoleRingLayout.outputSize) - 3
        holder.set(ConsoleRingLayout.outputConsumer, start)
        holder.set(ConsoleRingLayout.outputProducer, start + 7)
        for index in 0..<7 { holder.put(UInt8(index) + 1, at: Int(start) + index) }
        #expect(holder.drain() == [1, 2, 3, 4, 5, 6, 7])
        #expect(holder.get(ConsoleRingLayout.outputConsumer) == start + 7)
        #expect(holder.drain() == [])
    }

    @Test("indices run on around the end of 32 bits")
    func indicesWrap() throws {
        let holder = try Holder(arena)
        holder.set(ConsoleRingLayout.outputConsumer, .max)
        holder.set(ConsoleRingLayout.outputProducer, 1)
        holder.put(0x41, at: ConsoleRingLayout.outputSize - 1)
        holder.put(0x42, at: 0)
        #expect(holder.drain() == [0x41, 0x42])
        #expect(holder.get(ConsoleRingLayout.outputConsumer) == 1)
    }

    @Test(
        "hostile indices read nothing but the ring",
        arguments: [(0, .max), (5, 4), (.max, 0x8000_0000), (1 << 31, 0)] as [(UInt32, UInt32)])
    func hostileIndices(consumer: UInt32, producer: UInt32) throws {
        let holder = try Holder(arena)
        for index in 0..<ConsoleRingLayout.outputSize { holder.put(0x55, at: index) }
        holder.set(ConsoleRingLayout.input, 0xFFFF_FFFF)
        holder.set(ConsoleRingLayout.outputConsumer, consumer)
        holder.set(ConsoleRingLayout.outputProducer, producer)
        let bytes = holder.drain(limit: 3 * ConsoleRingLayout.outputSize)
        #expect(bytes.allSatisfy { $0 == 0x55 })
    }
}
