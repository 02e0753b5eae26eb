// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import TestFiles
import Testing

@testable import OpticalImage

@Suite("Files of 4 GiB and more")
struct LargeFileTests {
    private static let limit: Int64 = 4_294_965_248

    /// The pieces of a file of so many bytes, all of them holes.
    private func extents(_ size: Int64) throws -> [FilePlaces.Extent] {
        let workspace = try Workspace()
        let path = workspace.file("large")
        try Data().write(to: URL(fileURLWithPath: path))
        try FileHandle(forWritingTo: URL(fileURLWithPath: path)).truncate(atOffset: UInt64(size))
        var tree = FileTree()
        let attributes = FileAttributes(permissions: 0o644, user: 0, group: 0, modificationTime: 0)
        let contents = try FileContents(hostFile: path)
        try tree.add(FileTree.Node(.file(contents), attributes), at: try place("large"))
        var places = FilePlaces(tree, dates: .standard)
        var sector = 100
        places.place(at: &sector)
        #expect(sector == 100 + Int((size + 2047) / 2048))
        return places.extents(of: try #require(places.order.first))
    }

    @Test("are recorded in pieces that fill their sectors, one behind the other")
    func pieces() throws {
        for (size, sizes) in [
            (Self.limit, [Self.limit]), (Self.limit + 1, [Self.limit, 1]), (1 << 32, [Self.limit, 2048]),
            (9_000_000_000, [Self.limit, Self.limit, 410_069_504]),
        ] {
            let pieces = try extents(size)
            #expect(pieces.map(\.size) == sizes)
            #expect(pieces.map(\.sector) == sizes.indices.map { 100 + $0 * Int(Self.limit / 2048) })
        }
    }
}
