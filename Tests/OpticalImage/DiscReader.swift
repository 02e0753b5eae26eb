// SPDX-License-Identifier: MIT
import Foundation

/// A reader of ISO 9660 images that shares no code with the writer. It throws where a real reader would give up.
struct DiscReader {
    struct Broken: Error { var what: String }

    struct Entry {
        var sector: Int
        var size: Int
        var isDirectory: Bool
        var name: String
    }

    let bytes: [UInt8]
    let isJoliet: Bool

    init(path: String, isJoliet: Bool = false) throws {
        bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        self.isJoliet = isJoliet
    }

    func slice(_ offset: Int, _ count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset + count <= bytes.count else { throw Broken(what: "beyond the end") }
        return Array(bytes[offset..<offset + count])
    }

    func number(_ offset: Int, bytes count: Int) throws -> Int {
        try slice(offset, count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number in both byte orders, which have to agree.
    func bothEndian(_ offset: Int) throws -> Int {
        let little = try number(offset, bytes: 4)
        let big = try slice(offset + 4, 4).reduce(0) { $0 << 8 | Int($1) }
        guard little == big else { throw Broken(what: "byte orders differ at \(offset)") }
        return little
    }

    /// The offset of the volume descriptor of this view.
    func descriptor() throws -> Int {
        for sector in 16..<32 {
            let type = try number(sector * 2048, bytes: 1)
            guard try slice(sector * 2048 + 1, 5) == Array("CD001".utf8) else { throw Broken(what: "no CD001") }
            if type == (isJoliet ? 2 : 1) { return sector * 2048 }
            if type == 255 { break }
        }
        throw Broken(what: "no volume descriptor")
    }

    func record(at offset: Int) throws -> Entry {
        let nameLength = try number(offset + 32, bytes: 1)
        let name = try slice(offset + 33, nameLength)
        let wide = stride(from: 0, to: name.count - 1, by: 2).map { UInt16(name[$0]) << 8 | UInt16(name[$0 + 1]) }
        let isSpecial = name == [0] || name == [1]
        return Entry(
            sector: try bothEndian(offset + 2), size: try bothEndian(offset + 10),
            isDirectory: try number(offset + 25, bytes: 1) & 2 != 0,
            name: isSpecial
                ? (name == [0] ? "." : "..")
                : isJoliet ? String(decoding: wide, as: UTF16.self) : String(decoding: name, as: UTF8.self))
    }

    func list(_ directory: Entry) throws -> [Entry] {
        var entries: [Entry] = []
        var offset = 0
        while offset < directory.size {
            let place = directory.sector * 2048 + offset
            let length = try number(place, bytes: 1)
            if length == 0 {
                offset = (offset / 2048 + 1) * 2048
                continue
            }
            guard offset / 2048 == (offset + length - 1) / 2048 else { throw Broken(what: "a record over two sectors") }
            entries.append(try record(at: place))
            offset += length
        }
        return entries
    }

    /// The contents of a file, found by walking from the root as a driver does.
    func read(_ path: String) throws -> [UInt8] {
        var entry = try record(at: try descriptor() + 156)
        for part in path.split(separator: "/") {
            let found = try list(entry).first { $0.name == part || $0.name == part + ";1" || $0.name == part + ".;1" }
            guard let found else { throw Broken(what: "no \(part) in \(try list(entry).map(\.name))") }
            entry = found
        }
        return try slice(entry.sector * 2048, entry.size)
    }

    /// The folders that the little-endian path table lists, as name and sector.
    func pathTable() throws -> [(name: [UInt8], sector: Int, parent: Int)] {
        let volume = try descriptor()
        var offset = try number(volume + 140, bytes: 4) * 2048
        let end = offset + (try bothEndian(volume + 132))
        var folders: [(name: [UInt8], sector: Int, parent: Int)] = []
        while offset < end {
            let length = try number(offset, bytes: 1)
            folders.append(
                (
                    try slice(offset + 8, length), try number(offset + 2, bytes: 4),
                    try number(offset + 6, bytes: 2)
                ))
            offset += 8 + length + length % 2
        }
        return folders
    }
}
