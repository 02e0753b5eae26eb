// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import TestFiles
import Testing

@testable import OpticalImage

@Suite("Other readers of an image, and other images")
struct ForeignReaderTests {
    /// A program that lists an image, and a word that its listing of ours must hold.
    static let readers: [(program: String, arguments: [String], expected: String)] = [
        ("isoinfo", ["-l", "-i", "IMAGE"], "APUS.ELF"),
        ("7z", ["l", "IMAGE"], "apus.elf"),
        ("xorriso", ["-return_with", "FAILURE", "32", "-indev", "IMAGE", "-find", "/"], "apus.elf"),
        ("file", ["IMAGE"], "ISO 9660"),
    ]

    @Test("find the files that we put there", arguments: readers.map(\.program))
    func list(program: String) throws {
        let reader = try #require(Self.readers.first { $0.program == program })
        let workspace = try Workspace()
        try OpticalImageTests.sample().write(to: workspace.file("a.iso"))
        let arguments = reader.arguments.map { $0 == "IMAGE" ? workspace.file("a.iso") : $0 }
        guard let text = try ForeignTool(program)?.output(arguments).text else { return }
        #expect(text.contains(reader.expected), "\(text)")
    }

    /// Programs that make images: the names that they give them, and the names that we find.
    static let writers: [(program: String, arguments: [String], names: OpticalImageReader.Names)] = [
        ("genisoimage", ["-quiet", "-R", "-J"], .rockRidge),
        ("genisoimage", ["-quiet", "-J", "-joliet-long"], .joliet),
        ("genisoimage", ["-quiet", "-iso-level", "4", "-allow-lowercase"], .plain),
        ("xorriso", ["-as", "mkisofs", "-quiet", "-R", "-J"], .rockRidge),
        ("xorriso", ["-as", "mkisofs", "-quiet", "-R", "-D", "-J", "-isohybrid-gpt-basdat"], .rockRidge),
    ]

    @Test("we read what others wrote, the deep folders that they move elsewhere as well", arguments: writers.indices)
    func foreignImages(index: Int) throws {
        let (program, options, names) = Self.writers[index]
        let workspace = try Workspace()
        let folder = workspace.file("folder")
        let deep = "\(folder)/1/2/3/4/5/6/7/8/9/10"
        try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
        try Data("deep".utf8).write(to: URL(fileURLWithPath: "\(deep)/file"))
        try Data(OpticalImageTests.pattern(5000, seed: 3)).write(to: URL(fileURLWithPath: "\(folder)/a-long-name.data"))
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "../1/./2")
        let image = workspace.file("a.iso")
        let needsDeep = names == .rockRidge || options.contains("-joliet-long")
        if !needsDeep { try FileManager.default.removeItem(atPath: "\(folder)/1/2/3") }
        guard try ForeignTool(program)?.output(options + ["-o", image, folder]) != nil else { return }
        let reader = try OpticalImageReader(path: image)
        #expect(reader.names == names)
        #expect(reader.warnings.isEmpty)
        #expect(try reader.tree.bytes("a-long-name.data") == OpticalImageTests.pattern(5000, seed: 3))
        guard names == .rockRidge else { return }
        #expect(try reader.tree.bytes("1/2/3/4/5/6/7/8/9/10/file") == Array("deep".utf8))
        #expect(try reader.tree.kind("link") == .symbolicLink(Array("../1/./2".utf8)))
    }
}
