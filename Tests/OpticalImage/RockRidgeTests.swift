// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import TestFiles
import Testing

@testable import OpticalImage

@Suite("Rock Ridge")
struct RockRidgeTests {
    /// A tree with a node of every kind, and attributes that are all different.
    static func sample() throws -> FileTree {
        var tree = FileTree(
            root: FileAttributes(permissions: 0o711, user: 7, group: 8, modificationTime: 1_000_000_000))
        func add(_ path: String, _ kind: FileTree.Kind, _ permissions: UInt32, time: Int64 = 1_500_000_000) throws {
            let attributes = FileAttributes(permissions: permissions, user: 1000, group: 70_000, modificationTime: time)
            try tree.add(FileTree.Node(kind, attributes), at: try place(path))
        }
        try add("bin", .folder, 0o755)
        try add("bin/su", .file(.bytes([1, 2, 3])), 0o4755, time: 0)
        try tree.link(try place("su"), to: try place("bin/su"))
        try add("tmp", .folder, 0o1777, time: 4_102_444_800)
        try add("dev/null", .characterDevice(DeviceNumber(major: 1, minor: 3)), 0o666)
        try add("dev/nvme", .blockDevice(DeviceNumber(major: 259, minor: 70_000)), 0o600)
        try add("dev/old", .blockDevice(DeviceNumber(major: 8, minor: 255)), 0o600)
        try add("pipe", .pipe, 0o622)
        try add("socket", .socket, 0o755)
        let part = String(repeating: "p", count: 255)
        for (name, target) in [
            ("absolute", "/bin/su"), ("up", "../../x/./y"), ("root", "/"), ("long", "\(part)/../\(part)/\(part)/z"),
            ("longer", "/" + Array(repeating: part, count: 15).joined(separator: "/")),
        ] { try add("links/\(name)", .symbolicLink(Array(target.utf8)), 0o777) }
        try add("big", .file(.bytes(OpticalImageTests.pattern(70_000, seed: 9)[...])), 0o640)
        return tree
    }

    @Test("a device number that lies in the lower half alone, as xorriso writes it, is taken apart as Linux does")
    func packedDeviceNumbers() throws {
        let workspace = try Workspace()
        var tree = FileTree()
        for (name, low) in [("nvme", UInt32(0x4931_03E0)), ("old", 0x8FF)] {
            let node = FileTree.Node(
                .blockDevice(DeviceNumber(major: 0, minor: low)),
                FileAttributes(permissions: 0o600, user: 0, group: 0, modificationTime: 0))
            try tree.add(node, at: try place(name))
        }
        try OpticalImage(volumeName: "DEVICES", tree: tree).write(to: workspace.file("a.iso"))
        let read = try OpticalImageReader(path: workspace.file("a.iso")).tree
        let kinds = try ["nvme", "old"].map { name in
            let entry = try #require(FileName(name))
            return read[try #require(read[read.root].entries[entry])].kind
        }
        #expect(
            kinds == [
                .blockDevice(DeviceNumber(major: 259, minor: 300_000)),
                .blockDevice(DeviceNumber(major: 8, minor: 255)),
            ])
    }

    @Test("keeps owners, modes, times, links, hard links, devices, pipes and sockets")
    func everything() throws {
        let workspace = try Workspace()
        let tree = try Self.sample()
        var image = try OpticalImage(volumeName: "ROCK", tree: tree)
        image.dates = .own(latest: nil)
        try image.write(to: workspace.file("a.iso"))
        let reader = try OpticalImageReader(path: workspace.file("a.iso"))
        #expect(try reader.tree.facts == tree.facts)
        #expect(reader.warnings.isEmpty)
    }

    @Test("has fixed dates unless others are asked for, and none later than asked for")
    func dates() throws {
        let workspace = try Workspace()
        var image = try OpticalImage(volumeName: "DATES", tree: try Self.sample())
        func times(_ dates: OpticalImage.Dates) throws -> Set<Int64> {
            image.dates = dates
            try image.write(to: workspace.file("a.iso"))
            let tree = try OpticalImageReader(path: workspace.file("a.iso")).tree
            return Set(tree.visits.map { tree[$0.number].attributes.modificationTime })
        }
        #expect(try times(.standard) == [946_684_800])
        #expect(try times(.fixed(1_700_000_001)) == [1_700_000_001])
        #expect(try times(.own(latest: 1_500_000_000)) == [0, 1_500_000_000])
    }

    @Test(
        "tells dates as they are",
        arguments: [
            0, 1, 86_399, 86_400, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800, 4_107_542_399, -1,
            -2_208_988_800,
            5_869_583_999,
        ])
    func dateForms(time: Int64) {
        #expect(ImageDate.time(of: ImageDate(time).record) == time)
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyyMMddHHmmss"
        let expected = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(time))) + "00"
        #expect(String(decoding: ImageDate(time).digits.dropLast(), as: UTF8.self) == expected)
    }

    @Test("xorriso and isoinfo see the same as we do")
    func foreignReaders() throws {
        let workspace = try Workspace()
        // xorriso refuses link targets of more than 1023 bytes, and isoinfo crashes.
        var tree = try Self.sample()
        try tree.remove(try place("links/longer"))
        try tree.remove(try place("links/long"))
        try OpticalImage(volumeName: "ROCK", tree: tree).write(to: workspace.file("a.iso"))
        if let listing = try ForeignTool("isoinfo")?.output(["-R", "-l", "-i", workspace.file("a.iso")]).text {
            for text in ["crw-rw-rw-", "brw-------", "absolute -> /bin/su", "up -> ../../x/./y"] {
                #expect(listing.contains(text), "\(text) is missing in \(listing)")
            }
        }
        let command = ["-return_with", "SORRY", "32", "-indev", workspace.file("a.iso"), "-find", "/", "-exec", "lsdl"]
        if let listing = try ForeignTool("xorriso")?.output(command).text {
            for text in ["crw-rw-rw-", "brw-------", "prw--w--w-", "srwxr-xr-x", "-rwsr-xr-x", "'/links/root' -> '/'"] {
                #expect(listing.contains(text), "\(text) is missing in \(listing)")
            }
        }
    }
}
