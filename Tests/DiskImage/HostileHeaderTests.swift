import Testing

// SPDX-License-Identifier: MIT
@testable import DiskImage

@Suite("Hostile qcow2 headers are refused, with file, offset, field and rule")
struct HostileHeaderTests {
    /// Requires that opening the bytes fails at this field, and that nothing has been written.
    private func expectRefusal(
        _ field: String, at offset: UInt64, _ damage: (HostileImage) -> [UInt8],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let workspace = try Workspace()
        let bytes = damage(try HostileImage(workspace))
        try workspace.write("hostile.qcow2", bytes)
        let path = workspace.file("hostile.qcow2")
        for writes in [false, true] {
            guard case .malformed(path, let place, let name, let rule) = refusal(of: path, writes: writes) else {
                Issue.record("it was opened, or refused for another reason", sourceLocation: sourceLocation)
                continue
            }
            #expect(
                name == field && place == offset && !rule.isEmpty, "\(name) at \(place)", sourceLocation: sourceLocation
            )
        }
        #expect(try workspace.read("hostile.qcow2") == bytes, sourceLocation: sourceLocation)
    }

    /// Requires that the image is refused for a feature that is left out.
    private func expectUnsupported(_ word: String, _ damage: (HostileImage) -> [UInt8]) throws {
        let workspace = try Workspace()
        try workspace.write("hostile.qcow2", damage(try HostileImage(workspace)))
        guard case .unsupported(_, let feature) = refusal(of: workspace.file("hostile.qcow2"), writes: false) else {
            Issue.record("it was opened, or refused for another reason")
            return
        }
        #expect(feature.contains(word))
    }

    /// Why the image is not opened; nil when it is.
    private func refusal(of path: String, writes: Bool) -> DiskImageError? {
        do throws(DiskImageError) { _ = try ImageOpening.qcow2(path, writes: writes) } catch { return error }
        return nil
    }

    @Test("a wrong magic number") func magic() throws {
        try expectRefusal("magic", at: 0) { $0.with32((0, 0x5146_49FA)) }
    }
    @Test("versions 0, 1 and 4", arguments: [0, 1, 4, UInt32.max]) func version(number: UInt32) throws {
        try expectRefusal("version", at: 4) { $0.with32((4, number)) }
    }
    @Test("cluster_bits out of range", arguments: [0, 8, 22, 63, 64, UInt32.max]) func clusterBits(bits: UInt32) throws
    {
        try expectRefusal("cluster_bits", at: 20) { $0.with32((20, bits)) }
    }
    @Test("refcount_order out of range", arguments: [7, 64, UInt32.max]) func refcountOrder(order: UInt32) throws {
        try expectRefusal("refcount_order", at: 96) { $0.with32((96, order)) }
    }
    @Test("a header length that is too small, odd or huge", arguments: [0, 72, 103, 105, 4104, UInt32.max])
    func headerLength(length: UInt32) throws {
        try expectRefusal("header_length", at: 100) { $0.with32((100, length)) }
    }
    @Test("a header extension that is longer than the cluster", arguments: [4096, 0x7FFF_FFFF, UInt32.max])
    func extensionLength(length: UInt32) throws {
        try expectRefusal("header extension 0x12345678", at: 116) { $0.with32((112, 0x1234_5678), (116, length)) }
    }
    @Test("unknown incompatible features", arguments: [5, 17, 63]) func features(bit: UInt64) throws {
        try expectRefusal("incompatible_features", at: 72) { $0.with64((72, 1 << bit)) }
    }
    @Test("a compression type that is unknown, or does not agree with its feature bit") func compression() throws {
        try expectRefusal("compression_type", at: 104) { $0.with32((104, 2 << 24)) }
        try expectRefusal("compression_type", at: 104) { $0.with32((104, 1 << 24)) }
    }
    @Test("a virtual size that overflows, or that the L1 table cannot map", arguments: [UInt64.max, 1 << 63, 1 << 40])
    func virtualSize(size: UInt64) throws {
        try expectRefusal(size >= 1 << 63 ? "size" : "l1_size", at: size >= 1 << 63 ? 24 : 36) { $0.with64((24, size)) }
    }
    @Test("a refcount table that is empty or huge", arguments: [0, 2049, UInt32.max]) func tableSize(count: UInt32)
        throws
    {
        try expectRefusal("refcount_table_clusters", at: 56) { $0.with32((56, count)) }
    }
    @Test(
        "a refcount table off a cluster boundary, outside the file, or over the header",
        arguments: [4097, 1 << 40, 1 << 62, 0])
    func tableOffset(offset: UInt64) throws {
        try expectRefusal("refcount_table_offset", at: 48) { $0.with64((48, offset)) }
    }
    @Test("an L1 table that is huge", arguments: [4_194_305, UInt32.max]) func l1Size(count: UInt32) throws {
        try expectRefusal("l1_size", at: 36) { $0.with32((36, count)) }
    }
    @Test(
        "an L1 table off a cluster boundary, outside the file, or over the header",
        arguments: [8193, 1 << 50, UInt64.max & ~4095, 0])
    func l1Offset(offset: UInt64) throws {
        try expectRefusal("l1_table_offset", at: 40) { $0.with64((40, offset)) }
    }
    @Test("an L1 table over the refcount table") func l1Overlap() throws {
        try expectRefusal("l1_table_offset", at: 40) { $0.with64((40, UInt64($0.refcountTable))) }
    }
    @Test("too many snapshots", arguments: [65537, UInt32.max]) func snapshotCount(count: UInt32) throws {
        try expectRefusal("nb_snapshots", at: 60) { $0.with32((60, count)) }
    }
    @Test("a table of snapshots off a cluster boundary or outside the file", arguments: [4097, 1 << 40])
    func snapshotOffset(offset: UInt64) throws {
        try expectRefusal("snapshots_offset", at: 64) { image in
            var damaged = image
            damaged.bytes = image.with32((60, 1))
            return damaged.with64((64, offset))
        }
    }
    @Test("a backing file name that is too long") func backingName() throws {
        try expectRefusal("backing_file_size", at: 16) { image in
            var damaged = image
            damaged.bytes = image.with32((16, 1024))
            return damaged.with64((8, 600))
        }
    }
    @Test("a backing file name outside the header's cluster", arguments: [4096, 1 << 40, UInt64.max])
    func backingOffset(offset: UInt64) throws {
        try expectRefusal("backing_file_offset", at: 8) { image in
            var damaged = image
            damaged.bytes = image.with32((16, 10))
            return damaged.with64((8, offset))
        }
    }
    @Test("files that end within the header", arguments: [0, 3, 4, 71, 72, 103]) func short(count: Int) throws {
        let workspace = try Workspace()
        try workspace.write("hostile.qcow2", Array(try HostileImage(workspace).bytes.prefix(count)))
        #expect(throws: DiskImageError.self) { try ImageOpening.qcow2(workspace.file("hostile.qcow2")) }
    }
    @Test(
        "encrypted images, with the method",
        arguments: [(1, "AES"), (2, "LUKS"), (9, "method 9")] as [(UInt32, String)])
    func encrypted(method: UInt32, name: String) throws {
        try expectUnsupported(name) { $0.with32((32, method)) }
    }
    @Test("external data files (CVE-2024-4467)") func externalData() throws {
        try expectUnsupported("external data file") { $0.with64((72, 1 << 2)) }
    }
}
