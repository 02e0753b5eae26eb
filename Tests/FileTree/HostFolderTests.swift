// SPDX-License-Identifier: MIT
import Foundation
import TestFiles
import Testing

@testable import FileTree

@Suite("A folder of the host")
struct HostFolderTests {
    static func sample() throws -> FileTree {
        var tree = FileTree(root: FileAttributes(permissions: 0o750, modificationTime: 1_000_000_000))
        try tree.add(FileTreeTests.file("one"), at: try place("a/one"))
        try tree.link(try place("two"), to: try place("a/one"))
        try tree.add(FileTreeTests.link("../../etc"), at: try place("a/link"))
        try tree.add(FileTree.Node(.pipe, FileAttributes(permissions: 0o600)), at: try place("pipe"))
        try tree.add(FileTree.Node(.folder, FileAttributes(permissions: 0o555)), at: try place("closed"))
        return tree
    }

    @Test("gets a tree and gives it back, hard links, modes and times included")
    func roundTrip() throws {
        let workspace = try Workspace()
        let report = try Self.sample().unpack(to: workspace.file("out"), preserving: false)
        #expect(report.count == 6)
        let back = try FileTree(folder: workspace.file("out"))
        #expect(FileTreeTests.paths(back) == FileTreeTests.paths(try Self.sample()))
        #expect(back.visits.map(\.linkCount) == (try Self.sample()).visits.map(\.linkCount))
        #expect(back[back.root].attributes.permissions == 0o750)
        #expect(back[back.root].attributes.modificationTime == 1_000_000_000)
        let link = try #require(try back.find(try place("a/link")))
        #expect(back[link].kind == .symbolicLink(Array("../../etc".utf8)))
        #expect(workspace.names == ["out"])
    }

    @Test("is not written to when it holds something, and nothing is left behind")
    func occupied() throws {
        let workspace = try Workspace()
        _ = try Self.sample().unpack(to: workspace.file("out"), preserving: false)
        #expect(throws: HostFileError.self) { try Self.sample().unpack(to: workspace.file("out"), preserving: false) }
        #expect(throws: HostFileError.self) {
            try Self.sample().unpack(to: workspace.file("no/out"), preserving: false)
        }
        var broken = try Self.sample()
        let missing = FileTree.Node(
            .file(.file(path: workspace.file("missing"), size: 3)), FileAttributes(permissions: 0))
        try broken.add(missing, at: try place("z"))
        #expect(throws: HostFileError.self) { try broken.unpack(to: workspace.file("new"), preserving: false) }
        #expect(workspace.names == ["out"])
    }

    @Test("leaves devices and set-user-ID bits out unless they are asked for")
    func devices() throws {
        let workspace = try Workspace()
        var tree = FileTree()
        let null = FileTree.Node(.characterDevice(DeviceNumber(major: 1, minor: 3)), FileAttributes(permissions: 0o666))
        try tree.add(null, at: try place("null"))
        let program = FileTree.Node(.file(.bytes([1])), FileAttributes(permissions: 0o4755))
        try tree.add(program, at: try place("program"))
        let report = try tree.unpack(to: workspace.file("out"), preserving: false)
        #expect(report.omittedDevices == [try place("null")])
        let back = try FileTree(folder: workspace.file("out"))
        #expect(FileTreeTests.paths(back) == ["/program"])
        #expect(back[back.visits[0].number].attributes.permissions == 0o755)
    }

    @Test("an interrupted file or folder leaves nothing behind")
    func interruption() async throws {
        let workspace = try Workspace()
        let path = workspace.file("out")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            #expect(throws: HostFileError.self) { try CompleteFile.write([1, 2, 3], to: path) }
            #expect(throws: HostFileError.self) { try Self.sample().unpack(to: path, preserving: false) }
        }
        task.cancel()
        await task.value
        #expect(workspace.names.isEmpty)
    }

    @Test("a file that changed since it was looked at is refused")
    func changedFile() throws {
        let workspace = try Workspace()
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: workspace.file("f")))
        let contents = try FileContents(hostFile: workspace.file("f"))
        #expect(try contents.all(limit: 3) == [1, 2, 3])
        #expect(throws: HostFileError.self) { try contents.all(limit: 2) }
        try Data([1, 2, 3, 4]).write(to: URL(fileURLWithPath: workspace.file("f")))
        #expect(throws: HostFileError.self) { try contents.all(limit: 10) }
    }
}
