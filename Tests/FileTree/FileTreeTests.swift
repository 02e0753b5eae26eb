// SPDX-License-Identifier: MIT
import Foundation
import TestFiles
import Testing

@testable import FileTree

@Suite("A tree of files")
struct FileTreeTests {
    static func file(_ text: String) -> FileTree.Node {
        FileTree.Node(.file(.bytes(ArraySlice(text.utf8))), FileAttributes(permissions: 0o644))
    }

    static func link(_ target: String) -> FileTree.Node {
        FileTree.Node(.symbolicLink(Array(target.utf8)), FileAttributes(permissions: 0o777))
    }

    static func paths(_ tree: FileTree) -> [String] { tree.visits.map(\.path.description) }

    @Test("takes no names that lead anywhere else", arguments: ["", ".", "..", "a/b", "a\0"])
    func badNames(name: String) { #expect(FileName(name) == nil) }

    @Test("takes odd names that Linux takes as well")
    func oddNames() {
        #expect(FileName("...") != nil)
        #expect(FileName(" ") != nil)
        #expect(FileName([0xFF, 0x0A])?.description == "??")
        #expect(FileName(String(repeating: "n", count: 255)) != nil)
        #expect(FileName(String(repeating: "n", count: 256)) == nil)
        // One letter, written in two ways, makes two names.
        #expect(FileName("\u{E9}") != FileName("e\u{301}"))
    }

    @Test("reads paths without slashes and dots that mean nothing, and refuses ..")
    func paths() {
        #expect(TreePath("/a//./b/")?.description == "/a/b")
        #expect(TreePath("./")?.names.isEmpty == true)
        #expect(TreePath("a/../b") == nil)
        #expect(TreePath(String(repeating: "a/", count: 2048)) == nil)
    }

    @Test("makes folders on the way, follows links there, and never leaves the root")
    func links() throws {
        var tree = FileTree()
        try tree.add(Self.link("usr/lib"), at: try place("lib"))
        try tree.add(Self.file("x"), at: try place("usr/lib/x"))
        try tree.add(Self.file("y"), at: try place("lib/y"))
        try tree.add(Self.link("/../../../lib"), at: try place("out"))
        try tree.add(Self.file("z"), at: try place("out/z"))
        #expect(Self.paths(tree) == ["/lib", "/out", "/usr", "/usr/lib", "/usr/lib/x", "/usr/lib/y", "/usr/lib/z"])
    }

    @Test("finds circles of links")
    func circles() throws {
        var tree = FileTree()
        try tree.add(Self.link("b"), at: try place("a"))
        try tree.add(Self.link("a"), at: try place("b"))
        #expect(throws: FileTreeError.self) { try tree.add(Self.file("x"), at: try place("a/x")) }
        try tree.add(Self.link("self/self"), at: try place("self"))
        #expect(throws: FileTreeError.self) { try tree.resolve(try place("self")) }
    }

    @Test("replaces files, keeps what a folder holds, and replaces a folder by a file")
    func replacing() throws {
        var tree = FileTree()
        try tree.add(Self.file("1"), at: try place("d/f"))
        try tree.add(FileTree.Node(.folder, FileAttributes(permissions: 0o700)), at: try place("d"))
        #expect(Self.paths(tree) == ["/d", "/d/f"])
        #expect(try tree.node("d").attributes.permissions == 0o700)
        try tree.add(Self.file("2"), at: try place("d"))
        #expect(Self.paths(tree) == ["/d"])
        #expect(throws: FileTreeError.self) { try tree.add(Self.file("3"), at: try place("d/g")) }
    }

    @Test("knows hard links, and refuses those to folders and to nothing")
    func hardLinks() throws {
        var tree = FileTree()
        try tree.add(Self.file("1"), at: try place("a"))
        try tree.link(try place("b"), to: try place("a"))
        #expect(tree.visits.map(\.linkCount) == [2, 2])
        #expect(tree.visits.map(\.isFirst) == [true, false])
        try tree.remove(try place("a"))
        #expect(tree.visits.map(\.linkCount) == [1])
        try tree.add(FileTree.Node(.folder, FileAttributes(permissions: 0o755)), at: try place("d"))
        #expect(throws: FileTreeError.self) { try tree.link(try place("d/d"), to: try place("d")) }
        #expect(throws: FileTreeError.self) { try tree.link(try place("e"), to: try place("none")) }
    }

    @Test("is not deeper than its limit")
    func depth() throws {
        var tree = FileTree()
        let deep = TreePath(Array(repeating: try #require(FileName("d")), count: FileTree.maximumDepth + 2))
        #expect(throws: FileTreeError.self) { try tree.add(Self.file("x"), at: deep) }
    }

    @Test("selects paths with what is below them")
    func selection() throws {
        var tree = FileTree()
        for name in ["a/1", "a/2", "b/c/3", "b/c/4", "b/5"] { try tree.add(Self.file(name), at: try place(name)) }
        let selected = tree.selecting([try place("b/c"), try place("a/2")])
        #expect(Self.paths(selected) == ["/a", "/a/2", "/b", "/b/c", "/b/c/3", "/b/c/4"])
    }
}
