// SPDX-License-Identifier: MIT
import Testing

@testable import Emulator

@Suite("The kernel's symbols")
struct SymbolTableTests {
    /// A little ELF file: header, symbols, names, section table.
    static func elf(_ symbols: [(name: String, address: UInt64, size: UInt64, type: UInt8, section: UInt16)]) -> [UInt8]
    {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
            (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var names: [UInt8] = [0]
        var table: [UInt8] = []
        for symbol in symbols {
            table += bytes(UInt32(names.count)) + [symbol.type, 0] + bytes(symbol.section)
            table += bytes(symbol.address) + bytes(symbol.size)
            names += Array(symbol.name.utf8) + [0]
        }
        func section(_ type: UInt32, _ offset: Int, _ size: Int, link: UInt32) -> [UInt8] {
            bytes(UInt32(0)) + bytes(type) + bytes(UInt64(0)) + bytes(UInt64(0)) + bytes(UInt64(offset))
                + bytes(UInt64(size)) + bytes(link) + bytes(UInt32(0)) + bytes(UInt64(1)) + bytes(UInt64(24))
        }
        let namesOffset = 64 + table.count
        let sections =
            section(0, 0, 0, link: 0) + section(2, 64, table.count, link: 2)
            + section(3, namesOffset, names.count, link: 0)
        var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 57)
        header.replaceSubrange(0x28..<0x30, with: bytes(UInt64(namesOffset + names.count)))
        header.replaceSubrange(0x3C..<0x3E, with: bytes(UInt16(3)))
        return header + table + names + sections
    }

    static let sample = elf([
        ("run", 0x2000, 0x100, 0x12, 1), ("entry", 0x1000, 0, 0x10, 1), ("elsewhere", 0, 0, 0x10, 0),
        ("data", 0x2050, 8, 0x11, 2), ("last", 0x3000, 0x10, 0x12, 1), ("", 0x2080, 0, 2, 1),
    ])

    @Test("give the function of an address and the place in it")
    func lookup() throws {
        let table = try SymbolTable(elf: Self.sample)
        #expect(table.count == 3)
        #expect(table.function(at: 0x2012).map { "\($0.name)+\($0.offset)" } == "run+18")
        #expect(table.function(at: 0x1FFF)?.name == "entry")
        #expect(table.function(at: 0x2FFF) == nil)
        #expect(table.function(at: 0xFFF) == nil)
        #expect(table.function(at: .max) == nil)
        #expect(table.function(at: 0x3005)?.name == "last")
    }

    @Test("stand behind the addresses of a backtrace, and nowhere else")
    func annotate() async throws {
        let symbolizer = BacktraceSymbolizer(try SymbolTable(elf: Self.sample))
        let line = "(apus) backtrace: 0x0000000000002012"
        #expect(await symbolizer.annotate(line) == line + "  run+0x12")
        for other in ["(d1) backtrace: 0x2012", "(apus) backtrace: 0xFFFFFFFFFFFFFFFF", "text"] {
            #expect(await symbolizer.annotate(other) == other)
        }
    }

    @Test("are refused, without a trap, from a file that is cut anywhere")
    func truncated() throws {
        for length in 0..<Self.sample.count {
            #expect(throws: SymbolTableError.self) { try SymbolTable(elf: Array(Self.sample.prefix(length))) }
        }
    }

    @Test("never trap on a damaged file")
    func mutated() {
        var state: UInt64 = 7
        for _ in 0..<5000 {
            var file = Self.sample
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                file[6 + Int(state >> 33) % (file.count - 6)] = UInt8(truncatingIfNeeded: state >> 20)
            }
            let table = try? SymbolTable(elf: file)
            _ = table?.function(at: state)
        }
        #expect(throws: SymbolTableError.notELF64) { try SymbolTable(elf: [0x7F, 0x45, 0x4C, 0x46, 1, 1]) }
        #expect(throws: SymbolTableError.noSymbols) {
            try SymbolTable(elf: Array(Self.sample.prefix(6)) + [UInt8](repeating: 0, count: 58))
        }
    }
}
