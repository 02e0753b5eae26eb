// SPDX-License-Identifier: MIT
import CPU
import Testing

@testable import Machine

/// The processors that firmware lists.
struct ProcessorListTests {
    let memory = LowMemory(size: 0x10000)

    private func word(_ value: UInt32, at offset: UInt64) { memory.write([value], at: offset) }

    /// Sets the byte at `offset` so that `count` bytes from `start` on add up to zero.
    private func balance(_ offset: UInt64, start: UInt64, count: UInt64) {
        cpu_store8(memory.start + offset, 0)
        var sum: UInt8 = 0
        for index in 0..<count { sum &+= cpu_load8(memory.start + start + index) }
        cpu_store8(memory.start + offset, 0 &- sum)
    }

    private func header(_ signature: String, at offset: UInt64, length: UInt64) {
        for (index, letter) in signature.utf8.enumerated() { cpu_store8(memory.start + offset + UInt64(index), letter) }
        word(UInt32(length), at: offset + 4)
    }

    /// A root pointer at 0x100, a list at 0x1000, and at 0x2000 a table with these entries.
    private func build(_ entries: [[UInt8]], usesLongList: Bool = false) {
        let bytes = entries.flatMap(\.self)
        header("APIC", at: 0x2000, length: 44 + UInt64(bytes.count))
        for (index, byte) in bytes.enumerated() { cpu_store8(memory.start + 0x202C + UInt64(index), byte) }
        balance(0x2009, start: 0x2000, count: 44 + UInt64(bytes.count))
        header(usesLongList ? "XSDT" : "RSDT", at: 0x1000, length: usesLongList ? 52 : 44)
        word(UInt32(memory.start) + 0x3000, at: 0x1024)  // a table of another kind
        word(usesLongList ? 0 : UInt32(memory.start) + 0x2000, at: 0x1028)
        if usesLongList { memory.write([UInt32(memory.start) + 0x2000, 0], at: 0x102C) }
        balance(0x1009, start: 0x1000, count: usesLongList ? 52 : 44)
        for (index, letter) in "RSD PTR ".utf8.enumerated() { cpu_store8(memory.start + 0x100 + UInt64(index), letter) }
        cpu_store8(memory.start + 0x10F, usesLongList ? 2 : 0)
        word(UInt32(memory.start) + 0x1000, at: usesLongList ? 0x118 : 0x110)
        balance(0x108, start: 0x100, count: 20)
    }

    private func identifiers() -> [UInt32] {
        let list = ProcessorList(searching: (0..<0, memory.start..<memory.start + 0x1000))
        return (0..<list.count).map { list.identifiers[$0] }
    }

    private func processor(_ number: UInt8, flags: UInt8 = 1) -> [UInt8] { [0, 8, number, number, flags, 0, 0, 0] }

    @Test("processors that may be used are found in order, over either list, and none twice", arguments: [false, true])
    func found(usesLongList: Bool) {
        build(
            [
                processor(0), processor(2), [1, 12] + Array(repeating: 0, count: 10), processor(2),
                processor(4, flags: 0),
                [9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
            ], usesLongList: usesLongList)
        #expect(identifiers() == [0, 2, 256])
    }

    @Test(
        "without a root pointer, or with a wrong checksum anywhere, there are none",
        arguments: [0x100, 0x1010, 0x2020] as [UInt64])
    func broken(place: UInt64) {
        build([processor(0), processor(1)])
        #expect(identifiers() == [0, 1])
        cpu_store8(memory.start + place, cpu_load8(memory.start + place) &+ 1)
        #expect(identifiers() == [])
    }

    @Test("an entry of no length ends the list, and one that is cut off is left out")
    func entries() {
        build([processor(0), [7, 0], processor(1)])
        #expect(identifiers() == [0])
        build([processor(0), [0, 8, 1, 1]])
        #expect(identifiers() == [0])
        build([processor(0), [0, 4, 1, 1], processor(3)])
        #expect(identifiers() == [0, 3])
    }

    @Test("no more than 64 are taken")
    func many() {
        build((0..<100).map { processor(UInt8($0)) })
        #expect(identifiers() == (0..<64).map { UInt32($0) })
    }

    @Test(
        "lengths that lead beyond what is believed are not followed", arguments: [0, 35, 0x10_0001, .max] as [UInt32])
    func lengths(length: UInt32) {
        build([processor(0)])
        word(length, at: 0x2004)
        #expect(identifiers() == [])
    }
}
