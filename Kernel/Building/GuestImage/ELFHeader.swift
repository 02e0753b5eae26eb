// SPDX-License-Identifier: MIT

/// The ELF header: how wide the file's fields are, and where its two tables lie.
///
/// The class alone decides the layout. The machine does not: XTF's 64-bit tests are 32-bit files for x86-64, and
/// Mini-OS is a 32-bit file for i386 that holds 64-bit code. Source: System V ABI, chapter 4, "ELF Header".
struct ELFHeader {
    let isWide: Bool
    let programHeaders: ELFTable
    let sectionHeaders: ELFTable

    init(parsing file: Span<UInt8>) throws(GuestImageError) {
        guard file.littleEndian(UInt32.self, at: 0) == 0x464C_457F else { throw GuestImageError(.notELF) }
        guard let elfClass = file.littleEndian(UInt8.self, at: 4), let encoding = file.littleEndian(UInt8.self, at: 5)
        else { throw GuestImageError(.truncatedHeader) }
        guard elfClass == 1 || elfClass == 2 else { throw GuestImageError(.unknownClass, at: 4) }
        guard encoding == 1 else { throw GuestImageError(.bigEndian, at: 5) }
        isWide = elfClass == 2
        guard file.count >= (isWide ? 64 : 52) else { throw GuestImageError(.truncatedHeader) }

        let machine = file.littleEndian(UInt16.self, at: 18)
        guard machine == 3 || machine == 62 else { throw GuestImageError(.wrongMachine, at: 18) }
        programHeaders = try Self.programHeaders(of: file, isWide: isWide)
        sectionHeaders = Self.sectionHeaders(of: file, isWide: isWide)
    }

    private static func programHeaders(of file: Span<UInt8>, isWide: Bool) throws(GuestImageError) -> ELFTable {
        let table = ELFTable(
            offset: file.elfWord(at: isWide ? 32 : 28, isWide: isWide),
            entrySize: file.elfCount(at: isWide ? 54 : 42), count: file.elfCount(at: isWide ? 56 : 44))
        guard table.count > 0 else { throw GuestImageError(.noSegments) }
        guard table.count <= 64 else { throw GuestImageError(.tooManyProgramHeaders) }
        guard table.entrySize == (isWide ? 56 : 32) else { throw GuestImageError(.wrongProgramHeaderSize) }
        guard table.lies(inside: file) else { throw GuestImageError(.programHeadersOutsideFile) }
        return table
    }

    /// The section headers, unchecked: most guests are started without a look at them.
    private static func sectionHeaders(of file: Span<UInt8>, isWide: Bool) -> ELFTable {
        ELFTable(
            offset: file.elfWord(at: isWide ? 40 : 32, isWide: isWide),
            entrySize: file.elfCount(at: isWide ? 58 : 46), count: file.elfCount(at: isWide ? 60 : 48))
    }

    /// Proves that the section headers can be read.
    func checkSectionHeaders(of file: Span<UInt8>) throws(GuestImageError) {
        guard sectionHeaders.count > 0 else { return }
        guard sectionHeaders.count <= 4096 else { throw GuestImageError(.tooManySectionHeaders) }
        guard sectionHeaders.entrySize == (isWide ? 64 : 40) else { throw GuestImageError(.wrongSectionHeaderSize) }
        guard sectionHeaders.lies(inside: file) else { throw GuestImageError(.sectionHeadersOutsideFile) }
    }
}

/// A table of ELF headers: `count` entries of `entrySize` bytes, the first at `offset` in the file.
struct ELFTable {
    let offset: UInt64
    let entrySize: Int
    let count: Int

    /// Whether the whole table lies inside the file. Both factors are 16-bit fields, so the product is small.
    func lies(inside file: Span<UInt8>) -> Bool {
        file.range(offset: offset, size: UInt64(entrySize * count)) != nil
    }

    /// Where entry `index` starts. The table has been proven to lie inside the file.
    func entry(_ index: Int) -> Int {
        Int(truncatingIfNeeded: offset) + index * entrySize
    }
}

extension Span where Element == UInt8 {
    /// An ELF field that is 32 bits wide in one class and 64 in the other; 0 where it lies outside the file.
    func elfWord(at offset: Int, isWide: Bool) -> UInt64 {
        if isWide { return littleEndian(UInt64.self, at: offset) ?? 0 }
        return UInt64(littleEndian(UInt32.self, at: offset) ?? 0)
    }

    /// A 16-bit ELF field that counts something; 0 where it lies outside the file.
    func elfCount(at offset: Int) -> Int {
        Int(littleEndian(UInt16.self, at: offset) ?? 0)
    }
}
