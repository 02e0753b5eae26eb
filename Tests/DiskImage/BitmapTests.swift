// SPDX-License-Identifier: MIT
import Testing

@testable import DiskImage

@Suite(
    "Persistent bitmaps that qemu-img has made are kept where they stay true; else the change is refused",
    .enabled(if: QEMUTool.areInstalled))
struct BitmapTests {
    private let workspace: Workspace
    private var path: String { workspace.file("disk.qcow2") }

    /// An image of 8 MiB with two bitmaps, of which one has noted a write.
    init() throws {
        workspace = try Workspace()
        try QEMUTool.image.run(["create", "-q", "-f", "qcow2", path, "8M"])
        try QEMUTool.image.run(["bitmap", "--add", "-f", "qcow2", path, "one"])
        try QEMUTool.image.run(["bitmap", "--add", "--disable", "-g", "4k", "-f", "qcow2", path, "two"])
        try QEMUTool.io.run(["-f", "qcow2", "-c", "write -P 7 1M 200k", path])
    }

    private func names() throws -> [String] { try ImageOpening.qcow2(path).bitmaps().map(\.name) }

    /// Requires that both bitmaps are there, for us and for qemu-img, and that the image is in order.
    private func requireBoth() throws {
        #expect(try names() == ["one", "two"])
        let text = try QEMUTool.image.run(["info", "-f", "qcow2", path])
        #expect(text.contains("name: one") && text.contains("name: two"))
        try QEMUTool.requireClean(path)
    }

    @Test("they are read: names, granularity, whether they follow changes") func read() throws {
        let bitmaps = try ImageOpening.qcow2(path).bitmaps()
        #expect(bitmaps.map(\.granularity) == [65536, 4096])
        #expect(bitmaps.map(\.isEnabled) == [true, false])
        #expect(bitmaps.allSatisfy { !$0.isInUse })
        let report = try ImageOpening.qcow2(path).check()
        #expect(report.corruptions == 0 && report.leaks == 0)
    }

    @Test("snapshots are taken and deleted beside them, with the bits as they were") func snapshots() throws {
        let image = try ImageOpening.qcow2(path, writes: true)
        let before = try image.bitmaps()
        try image.createSnapshot(named: "now")
        try requireKept(before, in: image)
        try image.deleteSnapshot("now")
        try requireKept(before, in: image)
        try image.close()
    }

    private func requireKept(_ before: [PersistentBitmap], in image: QCOW2Image) throws {
        #expect(try image.bitmaps() == before)
        try QEMUTool.image.run(["check", "-q", "-U", "-f", "qcow2", path])
    }

    @Test("what changes the contents is refused, and changes nothing") func refusals() throws {
        do {
            let image = try ImageOpening.qcow2(path, writes: true)
            #expect(throws: DiskImageError.self) { try image.write([1, 2, 3], at: .zero) }
            #expect(throws: DiskImageError.self) { try image.writeZeros(at: .zero, count: 65536) }
            #expect(throws: DiskImageError.self) { try image.discard(at: .zero, count: 65536) }
            #expect(throws: DiskImageError.self) {
                try image.resize(to: 16 << 20, shrinks: false, preallocation: .off)
            }
            try image.createSnapshot(named: "now")
            #expect(throws: DiskImageError.self) { try image.applySnapshot("now") }
        }
        try requireBoth()
    }

    @Test("a rebase, which changes no contents, keeps them") func rebase() throws {
        let base = workspace.file("base.qcow2")
        try QEMUTool.image.run(["create", "-q", "-f", "qcow2", base, "8M"])
        try QEMUTool.io.run(["-f", "qcow2", "-c", "write -P 9 4M 1M", base])
        try QEMUTool.image.run(["rebase", "-u", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", path])
        do {
            let overlay = try ImageOpening.qcow2(path, writes: true)
            try Rebase().run(overlay, onto: nil, named: nil)
        }
        try requireBoth()
        try QEMUTool.io.run(["-f", "qcow2", "-c", "read -P 9 4M 1M", path])
    }

    @Test("one is removed: the other stays, its clusters are given back, and without any the contents can change")
    func removal() throws {
        do {
            let image = try ImageOpening.qcow2(path, writes: true)
            #expect(throws: DiskImageError.self) { try image.removeBitmap(named: "three") }
            try image.removeBitmap(named: "one")
            try image.close()
        }
        #expect(try names() == ["two"])
        try QEMUTool.requireClean(path)
        #expect(try !QEMUTool.image.run(["info", "-f", "qcow2", path]).contains("name: one"))
        do {
            let image = try ImageOpening.qcow2(path, writes: true)
            try image.removeBitmap(named: "two")
            try image.write([1, 2, 3], at: .zero)
            try image.close()
        }
        #expect(try names().isEmpty)
        try QEMUTool.requireClean(path)
    }

    @Test(
        "an entry whose table has the wrong length, with unknown flags or an unknown type, is refused with its place",
        arguments: [(8, [0, 0, 0, 9]), (12, [1, 0, 0, 0]), (16, [2])] as [(Int, [UInt8])])
    func malformed(at field: Int, bytes: [UInt8]) throws {
        let directory = try #require(try ImageOpening.qcow2(path).bitmapDirectory())
        var image = try workspace.read("disk.qcow2")
        let place = Int(directory.offset.bytes) + field
        image.replaceSubrange(place..<place + bytes.count, with: bytes)
        try workspace.write("disk.qcow2", image)
        let error = #expect(throws: DiskImageError.self) {
            var opening = ImageOpening(format: .qcow2)
            opening.checks = false
            _ = try opening.openQCOW2(path).bitmaps()
        }
        #expect(error?.description.contains("offset \(place): bitmap 0:") == true)
    }

    @Test("tables of bitmaps that lie in one another are refused, and reserved bits in a table") func overlap() throws {
        let directory = try #require(try ImageOpening.qcow2(path).bitmapDirectory())
        let sound = try workspace.read("disk.qcow2")
        var image = sound
        let second = Int(directory.offset.bytes) + 32
        image.replaceSubrange(second..<second + 8, with: image[second - 32..<second - 24])
        try workspace.write("disk.qcow2", image)
        #expect(throws: DiskImageError.self) { try ImageOpening.qcow2(self.path) }
        image = sound
        image[Int(directory.bitmaps[0].tableOffset.bytes) + 7] |= 2
        try workspace.write("disk.qcow2", image)
        #expect(throws: DiskImageError.self) { try ImageOpening.qcow2(self.path) }
        try workspace.write("disk.qcow2", sound)
        _ = try ImageOpening.qcow2(path)
    }

    @Test("an autoclear bit that nobody knows is cleared by the first write, and stays when nothing is written")
    func unknownAutoclear() throws {
        let other = workspace.file("other.qcow2")
        try ImageCreation.create(other, format: .qcow2, size: 1 << 20)
        var bytes = try workspace.read("other.qcow2")
        bytes.setBigEndian(UInt64(1) << 40, at: 88)
        try workspace.write("other.qcow2", bytes)
        _ = try ImageOpening.qcow2(other, writes: true)
        #expect(try workspace.read("other.qcow2").bigEndian(UInt64.self, at: 88) == 1 << 40)
        do {
            let image = try ImageOpening.qcow2(other, writes: true)
            try image.write([1, 2, 3], at: .zero)
            try image.close()
        }
        #expect(try workspace.read("other.qcow2").bigEndian(UInt64.self, at: 88) == 0)
    }
}
