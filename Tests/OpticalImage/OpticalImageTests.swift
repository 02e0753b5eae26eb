// SPDX-License-Identifier: MIT
import Foundation
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
        try image.add("/boot/apus.elf", .bytes(pattern(5000, seed: 1)))
        try image.add("/boot/grub/grub.cfg", .bytes(Array("multiboot /boot/apus.elf\n".utf8)))
        try image.add("/boot/empty", .bytes([]))
        try image.add("/Größe of things.txt", .bytes(pattern(2048, seed: 3)))
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
        let large = Self.pattern(OpticalImage.Contents.chunkSize * 2 + 77, seed: 9)
        try Data(large).write(to: URL(fileURLWithPath: workspace.file("large")))
        var image = try OpticalImage(volumeName: "FILES")
        try image.add("/large", .file(path: workspace.file("large")))
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
            "", "/", "relative", "/a//b", "/a/", "/./x", "/../x", "/a/\u{1}", "/a:b", "/a*", "/folder.d/x",
            "/" + String(repeating: "n", count: 31), "/1/2/3/4/5/6/7/8/x",
        ])
    func badPaths(path: String) throws {
        var image = try OpticalImage(volumeName: "BAD")
        #expect(throws: OpticalImageError.self) { try image.add(path, .bytes([])) }
    }

    @Test("refuses two names that are one name on the disc, and missing or odd host files")
    func collisionsAndMissingFiles() throws {
        var image = try OpticalImage(volumeName: "BAD")
        try image.add("/a-b", .bytes([]))
        #expect(throws: OpticalImageError.nameTaken("/A_B")) { try image.add("/A_B", .bytes([])) }
        #expect(throws: OpticalImageError.nameTaken("/a-b/c")) { try image.add("/a-b/c", .bytes([])) }
        #expect(throws: OpticalImageError.self) { try image.add("/m", .file(path: "/nonexistent/file")) }
        #expect(throws: OpticalImageError.self) { try image.add("/m", .file(path: "/dev/zero")) }
        #expect(throws: OpticalImageError.self) { try OpticalImage(volumeName: "lower case") }
        #expect(throws: OpticalImageError.self) { try image.write(to: "/nonexistent/folder/a.iso") }
    }
}
