// SPDX-License-Identifier: MIT

/// A search through the ELF notes of a file for what Xen's loader looks for.
///
/// A note is the sizes of its name and of its descriptor and a type, 4 bytes each, then name and descriptor, each
/// padded to 4. Sources: System V ABI, chapter 5, "Note Section"; Xen `public/elfnote.h`.
struct XenNotes {
    /// Whether any note carries the name "Xen".
    private(set) var foundAny = false

    /// The number in the PHYS32_ENTRY note; the last such note counts.
    private(set) var entry: UInt32?

    private var notesLeft = 4096

    /// Reads the notes of every program header of type PT_NOTE.
    ///
    /// Addresses and memory sizes are not looked at: GRUB's image leaves them 0.
    mutating func readSegments(of file: Span<UInt8>, header: ELFHeader) throws(GuestImageError) {
        let isWide = header.isWide
        for index in 0..<header.programHeaders.count {
            let offset = header.programHeaders.entry(index)
            guard file.littleEndian(UInt32.self, at: offset) == 4 else { continue }
            let start = file.elfWord(at: offset + (isWide ? 8 : 4), isWide: isWide)
            let size = file.elfWord(at: offset + (isWide ? 32 : 16), isWide: isWide)
            guard start != 0 else { continue }
            guard let range = file.range(offset: start, size: size) else {
                throw GuestImageError(.notesOutsideFile, at: offset)
            }
            try read(range, of: file)
        }
    }

    /// Reads the notes of every section of type SHT_NOTE.
    mutating func readSections(of file: Span<UInt8>, header: ELFHeader) throws(GuestImageError) {
        try header.checkSectionHeaders(of: file)
        let isWide = header.isWide
        for index in 0..<header.sectionHeaders.count {
            let offset = header.sectionHeaders.entry(index)
            guard file.littleEndian(UInt32.self, at: offset + 4) == 7 else { continue }
            let start = file.elfWord(at: offset + (isWide ? 24 : 16), isWide: isWide)
            let size = file.elfWord(at: offset + (isWide ? 32 : 20), isWide: isWide)
            guard let range = file.range(offset: start, size: size) else {
                throw GuestImageError(.notesOutsideFile, at: offset)
            }
            try read(range, of: file)
        }
    }

    /// Reads the notes that fill `range` of the file. Less than a note's head at its end is padding.
    private mutating func read(_ range: Range<Int>, of file: Span<UInt8>) throws(GuestImageError) {
        var offset = range.lowerBound
        while range.upperBound - offset >= 12 {
            guard notesLeft > 0 else { throw GuestImageError(.tooManyNotes, at: offset) }
            notesLeft -= 1
            offset = try readNote(at: offset, end: range.upperBound, of: file)
        }
    }

    /// Reads one note and returns where the next one starts.
    private mutating func readNote(
        at offset: Int, end: Int, of file: Span<UInt8>
    ) throws(GuestImageError) -> Int {
        let nameSize = Int(file.littleEndian(UInt32.self, at: offset) ?? 0)
        let descriptorSize = Int(file.littleEndian(UInt32.self, at: offset + 4) ?? 0)
        let type = file.littleEndian(UInt32.self, at: offset + 8)
        // 32-bit sizes cannot overflow a 64-bit offset.
        let descriptor = offset + 12 + (nameSize + 3) / 4 * 4
        guard descriptor <= end, descriptorSize <= end - descriptor else {
            throw GuestImageError(.malformedNote, at: offset)
        }
        let isXen = nameSize == 4 && file.littleEndian(UInt32.self, at: offset + 12) == 0x006E_6558
        if isXen { foundAny = true }
        if isXen, type == 18 { entry = try Self.entry(at: descriptor, size: descriptorSize, of: file) }
        return min(descriptor + (descriptorSize + 3) / 4 * 4, end)
    }

    private static func entry(at offset: Int, size: Int, of file: Span<UInt8>) throws(GuestImageError) -> UInt32 {
        let value: UInt64?
        switch size {
        case 1: value = file.littleEndian(UInt8.self, at: offset).map { UInt64($0) }
        case 2: value = file.littleEndian(UInt16.self, at: offset).map { UInt64($0) }
        case 4: value = file.littleEndian(UInt32.self, at: offset).map { UInt64($0) }
        case 8: value = file.littleEndian(UInt64.self, at: offset)
        default: value = nil
        }
        guard let value else { throw GuestImageError(.wrongEntrySize, at: offset) }
        guard let entry = UInt32(exactly: value) else { throw GuestImageError(.entryAbove4GiB, at: offset) }
        return entry
    }
}
