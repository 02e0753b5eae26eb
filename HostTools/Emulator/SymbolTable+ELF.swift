// SPDX-License-Identifier: MIT

/// Why a kernel's symbols cannot be read.
public enum SymbolTableError: Error, Equatable, CustomStringConvertible {
    /// The file is not a 64-bit little-endian ELF.
    case notELF64
    /// Something in the file points outside of it.
    case damaged(String)
    /// The file was linked without a symbol table.
    case noSymbols

    /// A message for people.
    public var description: String {
        switch self {
        case .notELF64: "not a 64-bit ELF file"
        case .damaged(let what): "damaged ELF file: \(what) lies outside of it"
        case .noSymbols: "no symbol table; link the kernel without --strip-all"
        }
    }
}

extension SymbolTable {
    /// Reads the symbol table of a 64-bit ELF file (System V ABI, chapter 4).
    public init(elf file: [UInt8]) throws(SymbolTableError) {
        let reader = ELFReader(file: file)
        guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { throw .notELF64 }
        let table = try reader.number(0x28, 8, "the section table")
        let count = try reader.number(0x3C, 2, "the header")
        for index in 0..<count {
            let section = try reader.section(index, of: table)
            guard section.type == ELFReader.symbolTableType else { continue }
            let strings = try reader.section(section.link, of: table)
            self.init(try reader.symbols(in: section, names: strings))
            return
        }
        throw .noSymbols
    }
}

/// Reads numbers and names out of an ELF file, none of which it believes.
private struct ELFReader {
    static let symbolTableType: UInt64 = 2
    private static let symbolSize: UInt64 = 24

    struct Section {
        var type: UInt64
        var offset: UInt64
        var size: UInt64
        var link: UInt64
    }

    let file: [UInt8]

    /// A little-endian number of so many bytes.
    func number(_ offset: UInt64, _ count: UInt64, _ what: String) throws(SymbolTableError) -> UInt64 {
        let (end, hasOverflowed) = offset.addingReportingOverflow(count)
        guard !hasOverflowed, end <= UInt64(file.count) else { throw .damaged(what) }
        return file[Int(offset)..<Int(end)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func section(_ index: UInt64, of table: UInt64) throws(SymbolTableError) -> Section {
        // An index has at most 32 bits, so the product cannot overflow.
        let (header, hasOverflowed) = table.addingReportingOverflow(index * 64)
        guard !hasOverflowed, header < UInt64(file.count), UInt64(file.count) - header >= 64 else {
            throw .damaged("a section header")
        }
        return Section(
            type: try number(header + 4, 4, "a section header"),
            offset: try number(header + 24, 8, "a section header"),
            size: try number(header + 32, 8, "a section header"),
            link: try number(header + 40, 4, "a section header"))
    }

    /// The named functions and labels of a symbol table.
    func symbols(in section: Section, names: Section) throws(SymbolTableError) -> [SymbolTable.Symbol] {
        guard section.offset <= UInt64(file.count), section.size <= UInt64(file.count) - section.offset else {
            throw .damaged("the symbol table")
        }
        var symbols: [SymbolTable.Symbol] = []
        for entry in 0..<section.size / Self.symbolSize {
            let offset = section.offset + entry * Self.symbolSize
            let type = try number(offset + 4, 1, "a symbol") & 0xF
            let home = try number(offset + 6, 2, "a symbol")
            // Type 0 is an assembly label, 2 a function; section 0 means that it is defined elsewhere.
            guard type == 0 || type == 2, home != 0, home < 0xFF00 else { continue }
            let name = try self.name(at: try number(offset, 4, "a symbol"), in: names)
            guard !name.isEmpty else { continue }
            symbols.append(
                SymbolTable.Symbol(
                    address: try number(offset + 8, 8, "a symbol"), size: try number(offset + 16, 8, "a symbol"),
                    name: name))
        }
        return symbols
    }

    private func name(at offset: UInt64, in names: Section) throws(SymbolTableError) -> String {
        let (start, hasOverflowed) = names.offset.addingReportingOverflow(offset)
        guard !hasOverflowed, start < UInt64(file.count) else { throw .damaged("a symbol's name") }
        // A damaged file could make one endless name of many symbols.
        return String(decoding: file[Int(start)...].prefix(1024).prefix { $0 != 0 }, as: UTF8.self)
    }
}
