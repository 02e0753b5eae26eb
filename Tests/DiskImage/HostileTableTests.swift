// SPDX-License-Identifier: MIT
import Testing

@testable import DiskImage

@Suite("Hostile qcow2 tables")
struct HostileTableTests {
    /// Requires that reading and writing are refused, that the check finds errors, and that nothing has been written.
    private func expectDamage(
        _ damage: (HostileImage) -> [UInt8], readable: Bool = false,
        _ options: (inout CreationOptions) -> Void = { _ in }, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let workspace = try Workspace()
        let bytes = damage(try HostileImage(workspace, options))
        try workspace.write("hostile.qcow2", bytes)
        let path = workspace.file("hostile.qcow2")
        #expect(throws: DiskImageError.self, sourceLocation: sourceLocation) {
            try ImageOpening.qcow2(path, writes: true)
        }
        #expect(throws: DiskImageError.self, sourceLocation: sourceLocation) { try ImageOpening.qcow2(path) }
        var unchecked = ImageOpening(format: .qcow2)
        unchecked.checks = false
        let image = try unchecked.openQCOW2(path)
        #expect(try image.check().corruptions > 0, sourceLocation: sourceLocation)
        if !readable {
            #expect(throws: DiskImageError.self, sourceLocation: sourceLocation) {
                try image.read(at: .zero, count: 8192)
            }
        }
        #expect(try workspace.read("hostile.qcow2") == bytes, sourceLocation: sourceLocation)
    }

    @Test(
        "an L2 table off a cluster boundary, outside the file, or in the header",
        arguments: [512, 1 << 40, 0x00FF_FFFF_FFFF_F000])
    func l2Offset(offset: UInt64) throws {
        try expectDamage { $0.with64((at: $0.l1, L2Entry.copied | UInt64($0.l2) ^ offset)) }
    }
    @Test("an L1 entry that counts an L2 table and has none") func countedNothing() throws {
        try expectDamage { $0.with64((at: $0.l1, L2Entry.copied)) }
    }
    @Test("an L2 table that is the L1 table") func l2IsL1() throws {
        try expectDamage { $0.with64((at: $0.l1, L2Entry.copied | UInt64($0.l1))) }
    }
    @Test("reserved bits in L1 and L2 entries") func reserved() throws {
        try expectDamage { $0.with64((at: $0.l1, L2Entry.copied | UInt64($0.l2) | 1 << 57)) }
        try expectDamage { $0.with64((at: $0.l2, L2Entry.copied | UInt64($0.data) | 1 << 3)) }
    }
    @Test("two clusters that refer to one host cluster") func shared() throws {
        try expectDamage({ $0.with64((at: $0.l2 + 8, L2Entry.copied | UInt64($0.data))) }, readable: true)
    }
    @Test("a data cluster over the header, the L1 table or the refcount table") func overTables() throws {
        try expectDamage { $0.with64((at: $0.l2, L2Entry.copied | UInt64($0.l1))) }
        try expectDamage { $0.with64((at: $0.l2, L2Entry.copied | UInt64($0.refcountTable))) }
    }
    @Test("a data cluster over an L2 table or a refcount block") func overLaterTables() throws {
        try expectDamage({ $0.with64((at: $0.l2, L2Entry.copied | UInt64($0.l2))) }, readable: true)
        try expectDamage({ $0.with64((at: $0.l2, L2Entry.copied | UInt64($0.refcountBlock))) }, readable: true)
    }
    @Test("a compressed cluster that runs past the end of the file") func compressedEnd() throws {
        try expectDamage { $0.with64((at: $0.l2, L2Entry.compressed | 7 << 58 | UInt64($0.bytes.count - 512))) }
    }
    @Test("a compressed cluster that holds no compressed data") func compressedNoise() throws {
        let workspace = try Workspace()
        let image = try HostileImage(workspace)
        try workspace.write("hostile.qcow2", image.with64((at: image.l2, L2Entry.compressed | UInt64(image.data))))
        var unchecked = ImageOpening(format: .qcow2)
        unchecked.checks = false
        let opened = try unchecked.openQCOW2(workspace.file("hostile.qcow2"))
        #expect(throws: DiskImageError.self) { try opened.read(at: .zero, count: 4096) }
    }
    @Test("a subcluster that is in use and zero at once") func subclusters() throws {
        try expectDamage(
            { $0.with64((at: $0.l2 + 8, UInt64.max)) }, readable: false,
            { ($0.hasExtendedEntries, $0.clusterSize) = (true, 16384) })
    }
    @Test("a refcount block off a cluster boundary or outside the file", arguments: [512, 1 << 40])
    func refcountBlock(offset: UInt64) throws {
        try expectDamage({ $0.with64((at: $0.refcountTable, UInt64($0.refcountBlock) ^ offset)) }, readable: true)
    }
    @Test("reference counts of 0 for clusters in use") func zeroCounts() throws {
        try expectDamage({ $0.with64((at: $0.refcountBlock, 0), (at: $0.refcountBlock + 8, 0)) }, readable: true)
    }
    @Test("an image marked as corrupt is read, not written") func corruptBit() throws {
        let workspace = try Workspace()
        try workspace.write("hostile.qcow2", try HostileImage(workspace).with64((at: 72, 2)))
        _ = try ImageOpening.qcow2(workspace.file("hostile.qcow2"))
        #expect(throws: DiskImageError.self) { try ImageOpening.qcow2(workspace.file("hostile.qcow2"), writes: true) }
    }
    @Test("an image marked as dirty is counted anew before it is written to") func dirtyBit() throws {
        let workspace = try Workspace()
        let image = try HostileImage(workspace)
        // The counts of the data clusters are behind, as after a crash.
        try workspace.write(
            "a.qcow2", image.with64((at: 72, 1), (at: image.refcountBlock + image.data / 4096 * 2 / 8 * 8, 0)))
        let opened = try ImageOpening.qcow2(workspace.file("a.qcow2"), writes: true)
        #expect(try opened.check().isClean)
        #expect(!opened.header.incompatible.contains(.dirty))
    }

    @Test("many L1 entries that share an L2 table take no more time than one") func repeatedTables() throws {
        let workspace = try Workspace()
        var image = try HostileImage(workspace)
        // 4 million entries at the end of the file, all alike.
        image.bytes += [UInt8](repeating: 0, count: 4096 - image.bytes.count % 4096)
        let place = UInt64(image.bytes.count)
        let entries = [UInt64](repeating: L2Entry.copied | UInt64(image.l2), count: 4_194_304)
        image.bytes += TableBytes.bytes(entries[...])
        image.bytes = image.with32((at: 36, 4_194_304))
        image.bytes = image.with64((at: 40, place))
        try workspace.write("hostile.qcow2", image.bytes)
        #expect(throws: DiskImageError.self) { try ImageOpening.qcow2(workspace.file("hostile.qcow2")) }
    }

    @Test("many refcount table entries that share a block take no more time than one, and few lines tell of them")
    func repeatedBlocks() throws {
        let workspace = try Workspace()
        var image = try HostileImage(workspace)
        // A million entries at the end of the file, all of one block, in which every count is wrong.
        image.bytes += [UInt8](repeating: 0, count: 4096 - image.bytes.count % 4096)
        let table = UInt64(image.bytes.count)
        let entries = [UInt64](repeating: table + 8 << 20, count: 1 << 20)
        image.bytes += TableBytes.bytes(entries[...]) + [UInt8](repeating: 0xFF, count: 4096)
        image.bytes = image.with64((at: 48, table))
        image.bytes = image.with32((at: 56, 2048))
        try workspace.write("hostile.qcow2", image.bytes)
        var opening = ImageOpening(format: .qcow2)
        opening.checks = false
        let report = try opening.openQCOW2(workspace.file("hostile.qcow2")).check()
        #expect(report.corruptions >= 1 << 20 - 1)
        #expect(report.problems.count < 4000)
        #expect(report.problems.contains { $0.hasSuffix("more like this") })
    }
}
