// SPDX-License-Identifier: MIT
import DiskImage
import Testing

@Suite("A part of a disk")
struct DiskPartTests {
    private static let contents = TestDisk.contents(1_000_000 / 512 * 512, seed: 3)

    @Test(
        "its copy holds just that part, whatever the formats",
        arguments: [
            (0, 512), (1, 1), (1000, 70_001), (65536, 65536), (123_457, 600_000), (999_000, 5000), (0, 2_000_000),
        ])
    func copy(start: Int, count: Int) throws {
        let workspace = try Workspace()
        try workspace.write("a.raw", Self.contents)
        try Conversion().run(
            from: try ImageOpening(format: .raw).open(workspace.file("a.raw")), to: workspace.file("a.qcow2"))
        let expected = Array(Self.contents[start..<min(start + count, Self.contents.count)])
        let padding = [UInt8](repeating: 0, count: (512 - expected.count % 512) % 512)
        for format in DiskFormat.allCases {
            let source = try ImageOpening.qcow2(workspace.file("a.qcow2"))
            let part = DiskPart(of: source, from: UInt64(start), count: UInt64(count))
            #expect(part.virtualSize == UInt64(expected.count))
            var conversion = Conversion()
            conversion.format = format
            try conversion.run(from: part, to: workspace.file("b"))
            let copy = try ImageOpening(format: format).open(workspace.file("b"))
            #expect(try copy.read(at: .zero, count: Int(copy.virtualSize)) == expected + padding)
        }
    }

    @Test("it ends with the disk, begins behind it with nothing, and cannot be written to")
    func ends() throws {
        let workspace = try Workspace()
        try workspace.write("a.raw", Self.contents)
        let disk = try ImageOpening(format: .raw).open(workspace.file("a.raw"))
        #expect(DiskPart(of: disk, from: disk.virtualSize - 10).virtualSize == 10)
        #expect(DiskPart(of: disk, from: .max).virtualSize == 0)
        let part = DiskPart(of: disk, from: 512)
        #expect(throws: DiskImageError.self) { try part.write([1], at: .zero) }
        #expect(throws: DiskImageError.self) { try part.writeZeros(at: .zero, count: 1) }
        #expect(throws: DiskImageError.self) { try part.discard(at: .zero, count: 1) }
        #expect(throws: DiskImageError.self) { try part.resize(to: 1, shrinks: true, preallocation: .off) }
    }
}
