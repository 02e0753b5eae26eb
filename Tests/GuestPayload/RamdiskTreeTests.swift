// SPDX-License-Identifier: MIT
import FileTree
import TestFiles
import Testing

@testable import GuestPayload

@Suite("A tree of files as an initial ramdisk")
struct RamdiskTreeTests {
    static func sample() throws -> FileTree {
        var tree = FileTree()
        func add(_ path: String, _ kind: FileTree.Kind, _ mode: UInt32) throws {
            let attributes = FileAttributes(permissions: mode, user: 1000, group: 50, modificationTime: 1_400_000_000)
            try tree.add(FileTree.Node(kind, attributes), at: place(path))
        }
        try add("bin", .folder, 0o755)
        try add("bin/sh", .file(.bytes([1, 2, 3, 4, 5])), 0o4755)
        try tree.link(place("bin/hard"), to: place("bin/sh"))
        try tree.link(place("other"), to: place("bin/sh"))
        try add("dev/null", .characterDevice(DeviceNumber(major: 1, minor: 3)), 0o666)
        try add("dev/disk", .blockDevice(DeviceNumber(major: 259, minor: 300)), 0o660)
        try add("link", .symbolicLink(Array("/bin/sh".utf8)), 0o777)
        try add("pipe", .pipe, 0o600)
        try add("socket", .socket, 0o755)
        return tree
    }

    @Test("is read back with owners, modes, times, hard links and devices")
    func roundTrip() throws {
        let tree = try Self.sample()
        let reader = try RamdiskReader(contents: try RamdiskWriter(tree).bytes(), name: "test")
        // The root is not in a ramdisk, so it has attributes of its own.
        #expect(try Array(reader.tree.facts.dropFirst()) == Array(tree.facts.dropFirst()))
    }

    @Test("the cpio program sees the same")
    func cpio() throws {
        guard let cpio = ForeignTool("cpio") else { return }
        let listing = try cpio.output(["-itvn", "--quiet"], input: try RamdiskWriter(Self.sample()).bytes()).text
        for text in [
            "-rwsr-xr-x   3 1000     50", "crw-rw-rw-   1 1000     50         1,   3", "259, 300", "link -> /bin/sh",
            "srwx",
        ] {
            #expect(listing.contains(text), "\(text) is missing in \(listing)")
        }
    }

    @Test("no file is later than asked for")
    func dates() throws {
        let bytes = try RamdiskWriter(try Self.sample(), latestDate: 1000).bytes()
        let tree = try RamdiskReader(contents: bytes, name: "test").tree
        #expect(Set(tree.visits.map { tree[$0.number].attributes.modificationTime }) == [0, 1000])
    }

    @Test("what Linux would not unpack is refused, with the byte at which it stands")
    func malformed() throws {
        let good = try RamdiskWriter(try Self.sample()).bytes()
        func problem(_ change: (inout [UInt8]) -> Void) -> String {
            var bytes = good
            change(&bytes)
            do throws(RamdiskReaderError) {
                _ = try RamdiskReader(contents: bytes, name: "test")
                return "nothing"
            } catch {
                return error.description
            }
        }
        #expect(problem { $0 = [] } == "test: at byte 0: is empty")
        #expect(problem { $0 = [1, 2, 3] }.contains("neither a cpio archive"))
        #expect(problem { $0.removeLast($0.count - 50) } == "test: at byte 0: the archive is cut off")
        #expect(problem { $0[54] = UInt8(ascii: "g") }.contains("is no hexadecimal number"))
        // The size of the first entry, and the size of its name.
        #expect(problem { $0.replaceSubrange(54..<62, with: Array("ffffffff".utf8)) }.contains("goes beyond the end"))
        #expect(problem { $0.replaceSubrange(94..<102, with: Array("ffffffff".utf8)) }.contains("a name has"))
        #expect(problem { $0.replaceSubrange(110..<113, with: Array("../".utf8)) }.contains("leads out of the archive"))
        for size in stride(from: 1, to: good.count - 512, by: 37) {
            #expect(problem { $0 = Array($0.prefix(size)) } != "nothing")
        }
    }

    @Test("gets an init that runs a command, quoted so that nothing in it means anything else")
    func start() throws {
        var tree = FileTree()
        #expect(throws: FileTreeError.self) { try tree.addStart(command: ["x"]) }
        try tree.add(FileTree.Node(.file(.bytes([1])), FileAttributes(permissions: 0o755)), at: place("bin/sh"))
        try tree.addStart(
            command: ["/bin/echo", "it's $HOME;"], environment: ["A=b c", "bad-name=x", "B"], folder: "/a b")
        let script = String(decoding: try tree.bytes("init"), as: UTF8.self)
        for line in ["#!/bin/sh", "'/bin/echo' 'it'\\''s $HOME;'", "export A='b c'", "cd '/a b'"] {
            #expect(script.split(separator: "\n").contains(Substring(line)), "\(line) is missing in \(script)")
        }
        #expect(!script.contains("bad-name"))
        #expect(try tree.kind("dev/console") == .characterDevice(DeviceNumber(major: 5, minor: 1)))
    }
}
