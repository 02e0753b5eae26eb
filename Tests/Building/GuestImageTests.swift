// SPDX-License-Identifier: MIT

import Building
import Testing

@Suite("Guest images: the shapes that PVH kernels come in")
struct GuestImageTests {
    @Test(
        "the four shapes of 32-bit and 64-bit files for either machine are read alike",
        arguments: [(false, 3), (false, 62), (true, 3), (true, 62)])
    func classesAndMachines(isWide: Bool, machine: UInt16) throws {
        let elf = TestELF(isWide: isWide, machine: machine)
        let file = elf.bytes
        let image = try GuestImage(parsing: file.span)
        #expect(image.entry == 0x10_0010)
        #expect(image.lowestAddress == 0x10_0000)
        #expect(image.endAddress == 0x10_2000)
        #expect(image.segments.count == 1)
        #expect(Array(file[image.segments[0].fileRange]) == elf.segments[0].data)
    }

    @Test("an entry note may hold a number of 1, 2, 4 or 8 bytes", arguments: [1, 2, 4, 8])
    func entrySizes(size: Int) throws {
        var elf = TestELF()
        elf.segments[0].address = 0
        elf.notes = [TestELF.Note(descriptor: TestELF.littleEndian(0x20, size))]
        #expect(try GuestImage(parsing: elf.bytes.span).entry == 0x20)
    }

    @Test(
        "an image at address 0 with entry 0 and only a note section is legal, as Mini-OS has it",
        arguments: [false, true])
    func entryZeroInSection(isWide: Bool) throws {
        var elf = TestELF(isWide: isWide, notePlace: .section)
        elf.segments = [
            TestELF.Segment(address: 0, memorySize: 0x1_C254, data: [1, 2, 3]),
            TestELF.Segment(address: 0x1_D018, memorySize: 0x5_4588, data: [4, 5]),
        ]
        elf.notes = [TestELF.Note(descriptor: [0, 0, 0, 0])]
        let image = try GuestImage(parsing: elf.bytes.span)
        #expect(image.entry == 0)
        #expect(image.lowestAddress == 0)
        #expect(image.endAddress == 0x7_15A0)
    }

    @Test("other notes, of Xen and of others, may stand around the entry note")
    func otherNotes() throws {
        var elf = TestELF(isWide: true)
        elf.notes = [
            TestELF.Note(name: Array("GNU\0".utf8), type: 18, descriptor: Array(repeating: 0xEE, count: 20)),
            TestELF.Note(type: 6, descriptor: Array("linux\0".utf8)),
            TestELF.Note(descriptor: TestELF.littleEndian(0x10_0030, 8)),
            TestELF.Note(name: [], type: 18, descriptor: []),
            TestELF.Note(name: Array("Xenon\0".utf8), type: 18, descriptor: [9]),
        ]
        #expect(try GuestImage(parsing: elf.bytes.span).entry == 0x10_0030)
    }

    @Test("sections are not looked at where a note segment has a Xen note")
    func sectionsAreTheLastResort() throws {
        // A section header table that cannot be right: outside the file, with nine entries.
        var file = TestELF().bytes
        file.replaceSubrange(32..<36, with: [0xFF, 0xFF, 0xFF, 0xFF])
        file[48] = 9
        #expect(try GuestImage(parsing: file.span).entry == 0x10_0010)
    }

    @Test("a segment that takes no memory is passed over")
    func emptySegment() throws {
        var elf = TestELF()
        elf.segments.insert(TestELF.Segment(address: 0x10_0100, memorySize: 0, data: []), at: 0)
        let image = try GuestImage(parsing: elf.bytes.span)
        #expect(image.segments.count == 1)
        #expect(image.segments[0].physicalAddress == 0x10_0000)
    }

    @Test("segments may touch, and may reach up to 4 GiB")
    func neighbours() throws {
        var elf = TestELF(isWide: true)
        elf.segments.append(TestELF.Segment(address: 0x10_2000, memorySize: 0xFFEF_E000, data: [7]))
        #expect(try GuestImage(parsing: elf.bytes.span).endAddress == 1 << 32)
    }

    @Test("loading copies each segment's bytes to its physical address and nothing else")
    func load() throws {
        var elf = TestELF()
        elf.segments = [
            TestELF.Segment(address: 0x10_0000, memorySize: 0x1000, data: Array(1...100)),
            TestELF.Segment(address: 0x20_0000, memorySize: 0x1000, data: [0xAA, 0xBB]),
        ]
        let file = elf.bytes
        var memory = TestMemory()
        try GuestImage(parsing: file.span).load(from: file.span, into: &memory)
        #expect(memory.read(100, at: 0x10_0000) == Array(1...100))
        #expect(memory.read(2, at: 0x20_0000) == [0xAA, 0xBB])
        #expect(memory.bytes.count == 102)
    }
}
