// SPDX-License-Identifier: MIT

import Building
import Testing

@Suite("Guest images: every rule that a file can break is named")
struct GuestImageErrorTests {
    /// The rule that parsing `file` breaks, or nil.
    private func brokenRule(_ file: [UInt8]) -> GuestImageError.Rule? {
        do throws(GuestImageError) {
            _ = try GuestImage(parsing: file.span)
            return nil
        } catch {
            return error.rule
        }
    }

    /// The rule that is broken once `change` has been made to a good file.
    private func brokenRule(isWide: Bool = false, _ change: (inout TestELF) -> Void) -> GuestImageError.Rule? {
        var elf = TestELF(isWide: isWide)
        change(&elf)
        return brokenRule(elf.bytes)
    }

    /// The rule that is broken once `bytes` stand at `offset` of a good file.
    private func brokenRule(_ bytes: [UInt8], at offset: Int, isWide: Bool = false) -> GuestImageError.Rule? {
        var file = TestELF(isWide: isWide).bytes
        file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return brokenRule(file)
    }

    @Test("files that are no ELF file for this machine")
    func identification() {
        #expect(brokenRule([]) == .notELF)
        #expect(brokenRule(Array("MZ, not ELF".utf8)) == .notELF)
        #expect(brokenRule([0x7F, 0x45, 0x4C, 0x46]) == .truncatedHeader)
        #expect(brokenRule(Array(TestELF().bytes.prefix(51))) == .truncatedHeader)
        #expect(brokenRule([3], at: 4) == .unknownClass)
        #expect(brokenRule([2], at: 5) == .bigEndian)
        #expect(brokenRule([40, 0], at: 18) == .wrongMachine)
    }

    @Test("program header tables that cannot be right")
    func programHeaderTable() {
        #expect(brokenRule([31, 0], at: 42) == .wrongProgramHeaderSize)
        #expect(brokenRule([65, 0], at: 44) == .tooManyProgramHeaders)
        #expect(brokenRule([0, 0], at: 44) == .noSegments)
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0x7F], at: 28) == .programHeadersOutsideFile)
        let wrapping = Array(repeating: UInt8(0xFF), count: 8)
        #expect(brokenRule(wrapping, at: 32, isWide: true) == .programHeadersOutsideFile)
    }

    @Test("segments that cannot be loaded")
    func segments() {
        #expect(brokenRule { $0.segments = [] } == .noSegments)
        #expect(brokenRule { $0.segments[0].memorySize = 63 } == .segmentLargerInFileThanInMemory)
        #expect(brokenRule { $0.segments[0].address = 0xFFFF_F000 } == .segmentAbove4GiB)
        #expect(brokenRule(isWide: true) { $0.segments[0].address = UInt64.max - 0x100 } == .segmentAbove4GiB)
        #expect(brokenRule(isWide: true) { $0.segments[0].address = 1 << 40 } == .segmentAbove4GiB)
        let neighbour = TestELF.Segment(address: 0x10_1FFF, memorySize: 1, data: [])
        #expect(brokenRule { $0.segments.append(neighbour) } == .overlappingSegments)
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0x7F], at: 52 + 4) == .segmentOutsideFile)
        #expect(brokenRule(Array(repeating: 0xFF, count: 8), at: 64 + 8, isWide: true) == .segmentOutsideFile)
    }

    @Test("more segments than any kernel has")
    func manySegments() {
        let many = (0..<17).map { TestELF.Segment(address: UInt64($0) << 20, memorySize: 1, data: [0]) }
        #expect(brokenRule { $0.segments = many } == .tooManySegments)
        #expect(brokenRule { $0.segments = Array(many.prefix(16)) } == .entryOutsideSegments)
    }

    @Test("files without the note of a PVH kernel, or with a wrong one")
    func notes() {
        #expect(brokenRule { $0.notePlace = .nowhere } == .noEntryNote)
        #expect(brokenRule { $0.notes = [] } == .noEntryNote)
        #expect(brokenRule { $0.notes[0].type = 1 } == .noEntryNote)
        #expect(brokenRule { $0.notes[0].name = Array("Xem\0".utf8) } == .noEntryNote)
        #expect(brokenRule { $0.notes[0].descriptor = [1, 2, 3] } == .wrongEntrySize)
        #expect(brokenRule { $0.notes[0].descriptor = [] } == .wrongEntrySize)
        #expect(brokenRule { $0.notes[0].descriptor = [0, 0, 0, 0, 1, 0, 0, 0] } == .entryAbove4GiB)
        #expect(brokenRule { $0.notes[0].descriptor = [0, 0x20, 0x10, 0] } == .entryOutsideSegments)
        #expect(brokenRule { $0.notes[0].descriptor = [0, 0] } == .entryOutsideSegments)
    }

    @Test("notes that reach beyond their segment, and segments of notes that reach beyond the file")
    func noteBounds() {
        let elf = TestELF()
        #expect(brokenRule([5], at: elf.noteOffset + 4) == .malformedNote)
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0xFF], at: elf.noteOffset) == .malformedNote)
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0xFF], at: elf.noteOffset + 4) == .malformedNote)
        let noteHeader = elf.programHeaderOffset + elf.programHeaderSize
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0x7F], at: noteHeader + 4) == .notesOutsideFile)
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0x7F], at: noteHeader + 16) == .notesOutsideFile)
        let empty = Array(repeating: TestELF.Note(name: [], type: 0, descriptor: []), count: 4097)
        #expect(brokenRule { $0.notes = empty } == .tooManyNotes)
    }

    @Test("section header tables that cannot be right")
    func sections() {
        let elf = TestELF(notePlace: .section)
        func broken(_ bytes: [UInt8], at offset: Int) -> GuestImageError.Rule? {
            var file = elf.bytes
            file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            return brokenRule(file)
        }
        #expect(broken([41, 0], at: 46) == .wrongSectionHeaderSize)
        #expect(broken([1, 0x10], at: 48) == .tooManySectionHeaders)
        #expect(broken([3, 0], at: 48) == .sectionHeadersOutsideFile)
        #expect(broken([0, 0], at: 48) == .noEntryNote)
        #expect(broken([0xFF, 0xFF, 0xFF, 0xFF], at: elf.sectionHeaderOffset + 40 + 20) == .notesOutsideFile)
    }

    @Test("an error names the offset of the header that is wrong")
    func offsets() throws {
        var elf = TestELF()
        elf.segments.append(TestELF.Segment(address: 0x20_0000, memorySize: 1, data: [1, 2]))
        let file = elf.bytes
        let error = #expect(throws: GuestImageError.self) { try GuestImage(parsing: file.span) }
        #expect(error?.offset == elf.programHeaderOffset + elf.programHeaderSize)
        #expect("\(try #require(error).message)".contains("larger in the file than in memory"))
    }
}
