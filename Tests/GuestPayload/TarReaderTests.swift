// SPDX-License-Identifier: MIT
import FileTree
import TestFiles
import Testing

@testable import GuestPayload

@Suite("A tar archive")
struct TarReaderTests {
    /// A header made by hand.
    static func header(
        _ name: String, kind: Character = "0", size: Int = 0, link: String = "", sizeField: [UInt8]? = nil
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Collection<UInt8>, _ offset: Int) {
            block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        func octal(_ value: Int, _ digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
        }
        put(Array(name.utf8.prefix(100)), 0)
        put(octal(0o644, 7), 100)
        put(octal(1000, 7), 108)
        put(octal(1000, 7), 116)
        put(sizeField ?? octal(size, 11), 124)
        put(octal(1_500_000_000, 11), 136)
        block[156] = kind.asciiValue ?? 0
        put(Array(link.utf8.prefix(100)), 157)
        put(Array("ustar\0".utf8) + Array("00".utf8), 257)
        put([UInt8](repeating: 0x20, count: 8), 148)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + [0], 148)
        return block
    }

    static func member(_ name: String, kind: Character = "0", link: String = "", data: [UInt8] = []) -> [UInt8] {
        header(name, kind: kind, size: data.count, link: link) + data + [UInt8](repeating: 0, count: -data.count & 511)
    }

    /// Files are read when they are asked for, so the folder must outlive the tree.
    static func read(_ archive: [UInt8], in workspace: Workspace) throws -> FileTree {
        try workspace.write(archive, to: "a.tar")
        return try FileTree(tar: workspace.file("a.tar"))
    }

    static func problem(_ archive: [UInt8]) throws -> String {
        let workspace = try Workspace()
        try workspace.write(archive, to: "a.tar")
        do throws(ArchiveError) {
            _ = try FileTree(tar: workspace.file("a.tar"))
            return "nothing"
        } catch {
            return error.description
        }
    }

    /// How GNU tar can write one, and how it can be packed.
    static let forms: [[String]] = [
        ["--format=ustar"], ["--format=pax"], ["--format=gnu"], ["--format=oldgnu"], ["--format=gnu", "-z"],
        ["--format=pax", "-J"], ["--format=gnu", "--zstd"],
    ]

    @Test("of each format and packing gives what was put into it", arguments: forms)
    func formats(options: [String]) throws {
        guard let tar = ForeignTool("tar") else { return }
        let workspace = try Workspace()
        var tree = FileTree(root: FileAttributes(permissions: 0o755, modificationTime: 1_000_000_000))
        func add(_ path: String, _ kind: FileTree.Kind, _ mode: UInt32) throws {
            try tree.add(
                FileTree.Node(kind, FileAttributes(permissions: mode, modificationTime: 1_400_000_000)), at: place(path)
            )
        }
        try add("d", .folder, 0o750)
        try add("d/file", .file(.bytes(ArraySlice((0..<5000).map { UInt8($0 % 251) }))), 0o640)
        try tree.link(place("d/hard"), to: place("d/file"))
        try add("link", .symbolicLink(Array("../d/./file".utf8)), 0o777)
        try add("pipe", .pipe, 0o600)
        let isLong = !options.contains("--format=ustar")
        let long = String(repeating: "long-name-", count: 20)
        if isLong {
            try add("\(long)/\(long)", .file(.bytes([1])), 0o644)
            try add("long-link", .symbolicLink(Array("\(long)/\(long)".utf8)), 0o777)
        }
        _ = try tree.unpack(to: workspace.file("folder"), preserving: false)
        _ = try tar.output(options + ["-cf", workspace.file("a.tar"), "-C", workspace.file("folder"), "."])
        let expected = try FileTree(folder: workspace.file("folder"))
        #expect(try FileTree(tar: workspace.file("a.tar")).facts == expected.facts)
    }

    @Test("may have numbers in binary, and a size in a pax record")
    func numbers() throws {
        let binary: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]
        let workspace = try Workspace()
        let data: [UInt8] = [7, 8, 9] + [UInt8](repeating: 0, count: 509)
        #expect(try Self.read(Self.header("a", sizeField: binary) + data, in: workspace).bytes("a") == [7, 8, 9])
        let record = Self.member("x", kind: "x", data: Array("9 size=2\n19 path=other/name\n10 uid=70\n".utf8))
        let tree = try Self.read(record + Self.header("a", size: 3) + data, in: workspace)
        #expect(try tree.bytes("other/name") == [7, 8])
        #expect(try tree.node("other/name").attributes.user == 70)
    }

    @Test("that leads out of its folder is refused", arguments: ["../x", "a/../../x", "a/..", "..", "/../x"])
    func escapes(name: String) throws {
        #expect(try Self.problem(Self.member(name)).contains("leads out of the archive"))
        #expect(
            try Self.problem(Self.member("a") + Self.member("b", kind: "1", link: name)).contains("out of the archive"))
        let record = "path=\(name)\n"
        let pax = Self.member("x", kind: "x", data: Array("\(record.utf8.count + 3) \(record)".utf8))
        #expect(try Self.problem(pax + Self.member("a")).contains("leads out of the archive"))
    }

    @Test("with absolute names and links stays inside")
    func absolute() throws {
        let archive =
            Self.member("/etc/", kind: "5") + Self.member("out", kind: "2", link: "/etc")
            + Self.member("out/x", data: [1])
        #expect(
            try Self.read(archive, in: try Workspace()).visits.map(\.path.description) == ["/etc", "/etc/x", "/out"])
    }

    @Test("with links in a circle is refused")
    func circles() throws {
        let archive = Self.member("a", kind: "2", link: "b") + Self.member("b", kind: "2", link: "a")
        #expect(try Self.problem(archive + Self.member("a/x")).contains("circle"))
        #expect(try Self.problem(Self.member("a", kind: "1", link: "a")).contains("not there"))
    }

    @Test("whose sizes are wrong is refused, before memory is taken for them")
    func sizes() throws {
        let huge: [UInt8] = [0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFF, count: 7)
        #expect(try Self.problem(Self.member("first") + Self.header("a", sizeField: huge)).contains("beyond the end"))
        #expect(
            try Self.problem(Self.member("first") + Self.header("a", sizeField: [UInt8](repeating: 0xFF, count: 12)))
                .contains("negative"))
        let wide: [UInt8] = [0x81] + [UInt8](repeating: 0xFF, count: 11)
        #expect(
            try Self.problem(Self.member("first") + Self.header("a", sizeField: wide)).contains("more than 63 bits"))
        #expect(try Self.problem(Self.header("a", kind: "x", size: 1 << 21)).contains("extended header has"))
        #expect(try Self.problem(Self.header("a", size: 100)).contains("100 bytes beyond the end"))
        #expect(try Self.problem(Array("9999 path=x\n".utf8)).contains("not a tar archive"))
        let record = Self.member("x", kind: "x", data: Array("99999999999999999999 path=x\n".utf8))
        #expect(try Self.problem(record + Self.member("a")).contains("pax record's length is wrong"))
    }

    @Test("with holes, or of an unknown kind, is refused")
    func kinds() throws {
        let sparse = Self.member("x", kind: "x", data: Array("22 GNU.sparse.major=1\n".utf8))
        #expect(try Self.problem(sparse + Self.member("a")).contains("with holes"))
        #expect(try Self.problem(Self.member("a", kind: "S")).contains("without tar's option --sparse"))
        #expect(try Self.problem(Self.member("a", kind: "Q")).contains("of the kind \"Q\""))
    }

    @Test("what is another archive, or packed otherwise, is named, with what to do") func others() throws {
        for (head, name) in [
            (Array("BZh91AY".utf8), "bzip2"), ([0x04, 0x22, 0x4D, 0x18, 0x64], "lz4"),
            (Array("070701".utf8), "a cpio archive"), ([0xC7, 0x71, 0, 0], "a cpio archive"),
        ] {
            let text = try Self.problem(head + [UInt8](repeating: 1, count: 1024))
            #expect(text.contains(name) && text.contains("unpack it"))
        }
    }

    @Test("damaged anywhere gives an error or a tree, never a crash")
    func mutations() throws {
        var random = SeededNumbers(state: 7)
        let good =
            Self.member("d/", kind: "5") + Self.member("x", kind: "x", data: Array("14 path=d/long\n".utf8))
            + Self.member("a", data: Array(repeating: 1, count: 600)) + Self.member("h", kind: "1", link: "d/long")
            + Self.member("l", kind: "2", link: "/d") + Self.member("l/y", data: [1])
        let workspace = try Workspace()
        var errors = 0
        for _ in 0..<2000 {
            var bad = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bad.count, using: &random)
                bad[place] = UInt8.random(in: 0...255, using: &random)
                // A right checksum, so that what is behind it is looked at.
                let block = place / 512 * 512
                let sum = bad[block..<block + 512].enumerated().reduce(0) {
                    (148..<156).contains($1.offset) ? $0 + 32 : $0 + Int($1.element)
                }
                if bad[block + 257] == UInt8(ascii: "u") {
                    let text = String(sum, radix: 8)
                    bad.replaceSubrange(
                        block + 148..<block + 155,
                        with: Array((String(repeating: "0", count: 6 - text.count) + text).utf8) + [0])
                }
            }
            if bad.count % 512 == 0, Bool.random(using: &random) {
                bad.removeLast(Int.random(in: 1...1024, using: &random))
            }
            try workspace.write(bad, to: "a.tar")
            if (try? FileTree(tar: workspace.file("a.tar"))) == nil { errors += 1 }
        }
        #expect(errors > 200)
    }
}

/// Random numbers that are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
