// SPDX-License-Identifier: MIT
import SeededRandom
import Testing

@testable import DiskImage

@Suite("Clusters packed with deflate")
struct DeflateTests {
    @Test("data that does not say that it ends is read all the same, as QEMU does") func unfinished() {
        let contents = [UInt8](repeating: 0x5A, count: 512)
        // A block that is stored as it is, and is not marked as the last one: length, its complement, the bytes.
        let packed: [UInt8] = [0, 0x00, 0x02, 0xFF, 0xFD] + contents
        #expect(unpackDeflated(packed, count: 512) == contents)
    }

    @Test("what follows the packed bytes in the last sector is not looked at") func trailing() throws {
        let contents = [UInt8](repeating: 0x5A, count: 65536)
        let packed = try #require(try DeflatePacker().pack(contents, 0..<65536))
        #expect(unpackDeflated(packed + [UInt8](repeating: 0xFF, count: 300), count: 65536) == contents)
    }

    @Test("data that is cut off, or gives less than a cluster, is refused") func damaged() throws {
        let contents = SeededRandom.bytes(300, seed: 7).repeated(to: 65536)
        let packed = try #require(try DeflatePacker().pack(contents, 0..<65536))
        let isCutRead = unpackDeflated(Array(packed.prefix(packed.count / 2)), count: 65536) != nil
        #expect(!isCutRead)
        let isShortRead = unpackDeflated(packed, count: 131072) != nil
        #expect(!isShortRead)
        #expect(unpackDeflated([], count: 512) == nil)
    }

    @Test(
        "what repeats after 16 KiB is packed, and QEMU reads it although its window has 4 KiB",
        .enabled(if: QEMUTool.areInstalled))
    func farMatches() throws {
        let workspace = try Workspace()
        let contents = SeededRandom.bytes(16384, seed: 11).repeated(to: 1 << 20)
        try workspace.write("disk.raw", contents)
        var conversion = Conversion()
        conversion.compresses = true
        let source = try ImageOpening(format: .raw).open(workspace.file("disk.raw"))
        try conversion.run(from: source, to: workspace.file("disk.qcow2"))
        #expect(try workspace.read("disk.qcow2").count < 3 << 18)
        try QEMUTool.requireClean(workspace.file("disk.qcow2"))
        try QEMUTool.requireSame(workspace.file("disk.raw"), "raw", workspace.file("disk.qcow2"), "qcow2")
    }
}

extension SeededRandom {
    fileprivate static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return random.noise(count)
    }
}
