// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import DiskImage

@Suite("How much room a new image takes")
struct MeasurementTests {
    /// The figures that qemu-img gives.
    private struct Figures: Decodable, Equatable {
        var required: UInt64
        var full: UInt64
        var bitmaps: UInt64?
        enum CodingKeys: String, CodingKey {
            case required, bitmaps
            case full = "fully-allocated"
        }
    }

    private func expect(
        _ ours: ImageMeasurement, isThatOf arguments: [String], _ one: MatrixCase,
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        guard QEMUTool.areInstalled else { return }
        let text = try QEMUTool.image.run(
            ["measure", "--output", "json", "-O", "qcow2", "-o", one.list] + arguments)
        let figures = try JSONDecoder().decode(Figures.self, from: Data(text.utf8))
        #expect(
            figures == Figures(required: ours.required, full: ours.fullyAllocated, bitmaps: ours.bitmaps),
            sourceLocation: place)
    }

    @Test("an empty disk is measured as by qemu-img", arguments: MatrixCase.all)
    func empty(one: MatrixCase) throws {
        for size: UInt64 in [0, 1000, 1 << 20, 5_000_000_000, 32 << 30] {
            let ours = try ImageMeasurement(size: size, format: .qcow2, options: one.options)
            try expect(ours, isThatOf: ["--size", "\(size)"], one)
        }
    }

    @Test("a copy is measured as by qemu-img, and takes no more when it is made", arguments: MatrixCase.all)
    func copy(one: MatrixCase) throws {
        let workspace = try Workspace()
        let (path, copy) = (workspace.file("a.raw"), workspace.file("a.qcow2"))
        try workspace.write("a.raw", TestDisk.contents(700_000, seed: 5))
        let source = try ImageOpening(format: .raw).open(path)
        let ours = try ImageMeasurement(of: source, format: .qcow2, options: one.options)
        try expect(ours, isThatOf: ["-f", "raw", path], one)
        var conversion = Conversion()
        conversion.options = one.options
        try conversion.run(from: source, to: copy)
        let isPreallocated = one.options.preallocation != .off
        #expect(try workspace.size("a.qcow2") <= (isPreallocated ? ours.fullyAllocated : ours.required))
    }

    @Test("bitmaps are counted apart")
    func bitmaps() throws {
        guard QEMUTool.areInstalled else { return }
        let workspace = try Workspace()
        let path = workspace.file("a.qcow2")
        try ImageCreation.create(path, format: .qcow2, size: 100 << 20)
        for (name, granularity) in [("one", "512"), ("two", "64k"), ("three", "1M")] {
            try QEMUTool.image.run(["bitmap", "--add", "-g", granularity, path, name])
        }
        let one = MatrixCase(list: "cluster_size=65536")
        let all = try ImageMeasurement(of: try ImageOpening.qcow2(path), format: .qcow2, options: one.options)
        #expect(all.bitmaps == 7 * 65536)
        try expect(all, isThatOf: ["-f", "qcow2", path], one)
    }

    @Test("a raw image takes what the disk has, in whole sectors")
    func raw() throws {
        let ours = try ImageMeasurement(size: 1000, format: .raw, options: CreationOptions())
        #expect(ours.required == 1024 && ours.fullyAllocated == 1024 && ours.bitmaps == nil)
    }

    @Test("room that a cluster has for subclusters that nothing is said about is listed, as by qemu-img")
    func reservedRoom() throws {
        let workspace = try Workspace()
        let path = workspace.file("a.qcow2")
        var options = CreationOptions()
        (options.hasExtendedEntries, options.clusterSize) = (true, 16384)
        try ImageCreation.create(path, format: .qcow2, size: 1 << 20, options: options)
        do {
            let image = try ImageOpening.qcow2(path, writes: true)
            try image.write([UInt8](repeating: 1, count: 1024)[...], at: GuestOffset(20000 / 512 * 512))
            try image.close()
        }
        var entries: [MapEntry] = []
        try ImageMap.list(try ImageOpening.qcow2(path), from: 0, count: nil) { entries.append($0) }
        #expect(entries.map(\.start) == [0, 16384, 19968, 20992, 32768])
        #expect(entries.map(\.isPresent) == [false, false, true, false, false])
        let place = try #require(entries[1].offset)
        #expect(entries.map(\.offset) == [nil, place, place + 3584, place + 4608, nil])
    }

    @Test("clusters that lie in a hole of the file are not counted, and are listed as zeros")
    func holes() throws {
        let workspace = try Workspace()
        let path = workspace.file("a.qcow2")
        var options = CreationOptions()
        options.preallocation = .metadata
        try ImageCreation.create(path, format: .qcow2, size: 8 << 20, options: options)
        do {
            let image = try ImageOpening.qcow2(path, writes: true)
            try image.write([UInt8](repeating: 1, count: 4096)[...], at: GuestOffset(1 << 20))
            try image.close()
        }
        options.preallocation = .off
        let reread = try ImageOpening.qcow2(path)
        let ours = try ImageMeasurement(of: reread, format: .qcow2, options: options)
        #expect(ours.required == ours.fullyAllocated - (8 << 20) + 65536)
        var entries: [MapEntry] = []
        try ImageMap.list(reread, from: 0, count: nil) { entries.append($0) }
        #expect(entries.map(\.start) == [0, 1 << 20, 1 << 20 + 4096])
        #expect(entries.map(\.isZero) == [true, false, true] && entries.allSatisfy(\.isData))
    }
}
