// SPDX-License-Identifier: MIT

/// An ELF file made by hand, in any of the shapes that PVH kernels come in, right or wrong.
struct TestELF {
    struct Segment {
        var address: UInt64
        var memorySize: UInt64
        var data: [UInt8]
    }

    struct Note {
        var name: [UInt8] = Array("Xen\0".utf8)
        var type: UInt32 = 18
        var descriptor: [UInt8]
    }

    enum NotePlace { case segment, section, nowhere }

    var isWide = false
    var machine: UInt16 = 3
    var segments = [Segment(address: 0x10_0000, memorySize: 0x2000, data: Array(repeating: 0x90, count: 64))]
    var notes = [Note(descriptor: littleEndian(0x10_0010, 4))]
    var notePlace = NotePlace.segment

    /// Where the program headers, the notes and the section headers start in `bytes`.
    var programHeaderOffset: Int { isWide ? 64 : 52 }
    var programHeaderSize: Int { isWide ? 56 : 32 }
    private var programHeaderCount: Int { segments.count + (notePlace == .segment ? 1 : 0) }
    var noteOffset: Int { programHeaderOffset + programHeaderCount * programHeaderSize }
    private var dataOffset: Int { noteOffset + noteBytes.count }
    var sectionHeaderOffset: Int { dataOffset + segments.reduce(0) { $0 + $1.data.count } }

    /// The whole file.
    var bytes: [UInt8] {
        var file = header
        var offset = dataOffset
        for segment in segments {
            file += programHeader(type: 1, offset: offset, segment)
            offset += segment.data.count
        }
        if notePlace == .segment {
            // As GRUB's image has it: no address and no size in memory.
            let place = Segment(address: 0, memorySize: 0, data: noteBytes)
            file += programHeader(type: 4, offset: noteOffset, place)
        }
        file += noteBytes
        for segment in segments { file += segment.data }
        if notePlace == .section { file += sectionHeader(type: 0) + sectionHeader(type: 7) }
        return file
    }

    var noteBytes: [UInt8] {
        notes.flatMap { note in
            Self.littleEndian(UInt64(note.name.count), 4) + Self.littleEndian(UInt64(note.descriptor.count), 4)
                + Self.littleEndian(UInt64(note.type), 4) + Self.padded(note.name) + Self.padded(note.descriptor)
        }
    }
}

extension TestELF {
    static func littleEndian(_ value: UInt64, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + Array(repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    /// A field that is as wide as the file's addresses.
    private func word(_ value: UInt64) -> [UInt8] { Self.littleEndian(value, isWide ? 8 : 4) }

    private var header: [UInt8] {
        let half = { (value: Int) in Self.littleEndian(UInt64(value), 2) }
        let sections = notePlace == .section ? 2 : 0
        var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, isWide ? 2 : 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        bytes += half(2) + half(Int(machine)) + Self.littleEndian(1, 4)
        bytes += word(0xFFFF_FFF0) + word(UInt64(programHeaderOffset))
        bytes += word(sections > 0 ? UInt64(sectionHeaderOffset) : 0) + Self.littleEndian(0, 4)
        bytes += half(programHeaderOffset) + half(programHeaderSize) + half(programHeaderCount)
        return bytes + half(isWide ? 64 : 40) + half(sections) + half(0)
    }

    private func programHeader(type: UInt64, offset: Int, _ segment: Segment) -> [UInt8] {
        let flags = Self.littleEndian(7, 4)
        // The virtual address differs from the physical one, so that a reader of the wrong field is caught.
        let virtual = segment.address &+ 0x4000_0000
        let head = Self.littleEndian(type, 4) + (isWide ? flags : [])
        let places = word(UInt64(offset)) + word(virtual) + word(segment.address)
        let sizes = word(UInt64(segment.data.count)) + word(segment.memorySize)
        return head + places + sizes + (isWide ? [] : flags) + word(4)
    }

    private func sectionHeader(type: UInt64) -> [UInt8] {
        let place = type == 7 ? word(UInt64(noteOffset)) + word(UInt64(noteBytes.count)) : word(0) + word(0)
        let links = Self.littleEndian(0, 8) + word(4) + word(0)
        return Self.littleEndian(0, 4) + Self.littleEndian(type, 4) + word(0) + word(0) + place + links
    }
}
