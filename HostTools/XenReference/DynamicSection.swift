// SPDX-License-Identifier: MIT

/// What a 64-bit ELF file tells the program that loads it (System V ABI, chapter 5, "Dynamic Linking").
struct DynamicSection {
    /// The names of the libraries that it needs; empty for a static program.
    private(set) var needed: [String] = []

    private let path: String
    private let file: [UInt8]

    /// Types of program headers and of entries of the section.
    private enum Kind {
        static let load = 1
        static let dynamic = 2
        static let needed = 1
        static let strings = 5
    }

    /// Reads the section.
    /// - Throws: when the file is no such ELF, or points outside of itself.
    init(of path: String, _ file: [UInt8]) throws(XenReferenceError) {
        self.path = path
        self.file = file
        guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            throw .damaged(path: path, reason: "it is no 64-bit ELF file")
        }
        let headers = try programHeaders()
        guard let dynamic = headers.first(where: { $0.kind == Kind.dynamic }) else { return }
        var names: [Int] = []
        var strings: Int?
        for entry in stride(from: dynamic.offset, to: dynamic.offset + dynamic.size - 15, by: 16) {
            let value = try number(entry + 8, 8)
            switch try number(entry, 8) {
            case Kind.needed: names.append(value)
            case Kind.strings: strings = offset(of: value, in: headers)
            default: break
            }
        }
        guard let strings else { return }
        for name in names { needed.append(try text(strings + name)) }
    }

    private struct Header {
        var kind: Int
        var offset: Int
        var address: Int
        var size: Int
    }

    private func programHeaders() throws(XenReferenceError) -> [Header] {
        let (table, size, count) = (try number(0x20, 8), try number(0x36, 2), try number(0x38, 2))
        var headers: [Header] = []
        for index in 0..<count {
            let start = table + index * size
            headers.append(
                Header(
                    kind: try number(start, 4), offset: try number(start + 8, 8),
                    address: try number(start + 16, 8), size: try number(start + 32, 8)))
        }
        return headers
    }

    /// Where in the file an address of the loaded program comes from.
    private func offset(of address: Int, in headers: [Header]) -> Int? {
        headers.first { $0.kind == Kind.load && $0.address <= address && address - $0.address < $0.size }
            .map { address - $0.address + $0.offset }
    }

    /// A little-endian number. Those with the highest bits set, which no real file has, are out of range.
    private func number(_ offset: Int, _ count: Int) throws(XenReferenceError) -> Int {
        guard offset >= 0, offset <= file.count - count else {
            throw .damaged(path: path, reason: "the ELF file points outside of itself")
        }
        let value = file[offset..<offset + count].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        guard value < 1 << 48 else { throw .damaged(path: path, reason: "a number in the ELF file is out of range") }
        return Int(value)
    }

    private func text(_ offset: Int) throws(XenReferenceError) -> String {
        guard offset < file.count else { throw .damaged(path: path, reason: "a name lies outside of the ELF file") }
        return String(decoding: file[offset...].prefix(256).prefix { $0 != 0 }, as: UTF8.self)
    }
}
