// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import TestFiles
import Testing

@testable import OpticalImage

@Suite("An optical image")
struct OpticalImageTests {
    /// Bytes that differ from place to place.
    static func pattern(_ count: Int, seed: UInt8) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) &+ seed }
    }

    static func sample() throws -> OpticalImage {
        var image = try OpticalImage(volumeName: "APUS")
        try image.add("/boot/apus.elf", .bytes(pattern(5000, seed: 1)[...]))
        try image.add("/boot/grub/grub.cfg", .bytes(ArraySlice("multiboot /boot/apus.elf\n".utf8)))
        try image.add("/boot/empty", .bytes([]))
        try image.add("/Größe of things.txt", .bytes(pattern(2048, seed: 3)[...]))
        return image
    }

    @Test("gives every file back, through the plain names and through the Joliet names")
    func readsBack() throws {
        let workspace = try Workspace()
        try Self.sample().write(to: workspace.file("a.iso"))
        let plain = try DiscReader(path: workspace.file("a.iso"))
        #expect(try plain.read("BOOT/APUS.ELF") == Self.pattern(5000, seed: 1))
        #expect(try plain.read("BOOT/EMPTY").isEmpty)
        #expect(plain.bytes.count % 2048 == 0)
        #expect(try plain.bothEndian(plain.descriptor() + 80) == plain.bytes.count / 2048)
        let joliet = try DiscReader(path: workspace.file("a.iso"), isJoliet: true)
        #expect(try joliet.read("boot/apus.elf") == Self.pattern(5000, seed: 1))
        #expect(try joliet.read("boot/grub/grub.cfg") == Array("multiboot /boot/apus.elf\n".utf8))
        #expect(try joliet.read("Größe of things.txt") == Self.pattern(2048, seed: 3))
    }

    @Test("is the same byte for byte when it is made twice, and leaves no temporary file")
    func reproducible() throws {
        let workspace = try Workspace()
        try Self.sample().write(to: workspace.file("a.iso"))
        try Self.sample().write(to: workspace.file("b.iso"))
        // Over an older image as well.
        try Self.sample().write(to: workspace.file("b.iso"))
        #expect(try DiscReader(path: workspace.file("a.iso")).bytes == DiscReader(path: workspace.file("b.iso")).bytes)
        #expect(workspace.names == ["a.iso", "b.iso"])
    }

    @Test("keeps folders with more records than fit one sector, sorted, no record across sectors")
    func largeFolder() throws {
        let workspace = try Workspace()
        var image = try OpticalImage(volumeName: "MANY")
        for number in 0..<300 { try image.add("/many/file\(number).bin", .bytes([UInt8(number % 251)])) }
        try image.write(to: workspace.file("a.iso"))
        for isJoliet in [false, true] {
            let reader = try DiscReader(path: workspace.file("a.iso"), isJoliet: isJoliet)
            let root = try reader.record(at: try reader.descriptor() + 156)
            let many = try #require(try reader.list(root).first { $0.name.lowercased() == "many" })
            let names = try reader.list(many).dropFirst(2).map(\.name)
            #expect(names.count == 300)
            #expect(names == names.sorted())
            #expect(try reader.read(isJoliet ? "many/file257.bin" : "MANY/FILE257.BIN") == [6])
        }
    }

    @Test("lists every folder in the path table, parents before children")
    func pathTable() throws {
        let workspace = try Workspace()
        var image = try OpticalImage(volumeName: "PATHS")
        for path in ["/b/c/d/file", "/a/file", "/b/a/file"] { try image.add(path, .bytes([1])) }
        try image.write(to: workspace.file("a.iso"))
        let table = try DiscReader(path: workspace.file("a.iso")).pathTable()
        #expect(table.map { String(decoding: $0.name, as: UTF8.self) } == ["\0", "A", "B", "A", "C", "D"])
        #expect(table.map(\.parent) == [1, 1, 1, 3, 3, 5])
    }

    @Test("copies host files in pieces, and refuses one whose size changed since it was added")
    func hostFiles() throws {
        let workspace = try Workspace()
        let large = Self.pattern(FileContents.chunkSize * 2 + 77, seed: 9)
        try Data(large).write(to: URL(fileURLWithPath: workspace.file("large")))
        var image = try OpticalImage(volumeName: "FILES")
        try image.add("/large", FileContents(hostFile: workspace.file("large")))
        try image.write(to: workspace.file("a.iso"))
        #expect(try DiscReader(path: workspace.file("a.iso")).read("LARGE") == large)
        try Data(large + [1]).write(to: URL(fileURLWithPath: workspace.file("large")))
        #expect(throws: OpticalImageError.self) { try image.write(to: workspace.file("b.iso")) }
        try Data(large.dropLast()).write(to: URL(fileURLWithPath: workspace.file("large")))
        #expect(throws: OpticalImageError.self) { try image.write(to: workspace.file("b.iso")) }
        #expect(workspace.names == ["a.iso", "large"])
    }

    @Test(
        "refuses paths that a disc cannot store",
        arguments: [
            "", "/", "relative", "/a//b", "/a/", "/../x", "/a/../x", "/a/\0", "/" + String(repeating: "n", count: 256),
        ])
    func badPaths(path: String) throws {
        var image = try OpticalImage(volumeName: "BAD")
        #expect(throws: OpticalImageError.self) { try image.add(path, .bytes([])) }
    }

    @Test("refuses a path that is taken, a file as a folder, odd host files and odd volume names")
    func collisionsAndMissingFiles() throws {
        var image = try OpticalImage(volumeName: "BAD")
        try image.add("/a-b", .bytes([]))
        #expect(throws: OpticalImageError.nameTaken("/a-b")) { try image.add("/a-b", .bytes([])) }
        #expect(throws: OpticalImageError.self) { try image.add("/a-b/c", .bytes([])) }
        #expect(throws: HostFileError.self) { try FileContents(hostFile: "/nonexistent/file") }
        #expect(throws: HostFileError.self) { try FileContents(hostFile: "/dev/zero") }
        #expect(throws: OpticalImageError.self) { try OpticalImage(volumeName: "with space") }
        #expect(throws: OpticalImageError.self) { try image.write(to: "/nonexistent/folder/a.iso") }
    }

    @Test("gives names that are one name to a catalogue different ones, and keeps the true ones in Rock Ridge")
    func changedNames() throws {
        let workspace = try Workspace()
        var image = try OpticalImage(volumeName: "NAMES")
        let long = String(repeating: "n", count: 100)
        let names = [
            "a-b", "A_B", "a+b", ".hidden", "x:y", "folder.d/x", long + "1", long + "2", "1/2/3/4/5/6/7/8/9/deep",
        ]
        for (index, name) in names.enumerated() { try image.add("/\(name)", .bytes([UInt8(index)])) }
        try image.write(to: workspace.file("a.iso"))
        let reader = try OpticalImageReader(path: workspace.file("a.iso"))
        #expect(reader.names == .rockRidge)
        for (index, name) in names.enumerated() {
            #expect(try reader.tree.bytes(name) == [UInt8(index)])
        }
        for isJoliet in [false, true] {
            let disc = try DiscReader(path: workspace.file("a.iso"), isJoliet: isJoliet)
            let root = try disc.record(at: try disc.descriptor() + 156)
            let listed = try disc.list(root).map(\.name)
            #expect(Set(listed).count == listed.count)
            #expect(listed.count == names.count + 2)
        }
    }
}
