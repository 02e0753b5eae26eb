// SPDX-License-Identifier: MIT

extension QCOW2Header {
    /// Reads and checks the header of a file.
    static func read(from file: HostFile) throws(DiskImageError) -> QCOW2Header {
        let fileSize = try file.size()
        let start = try file.read(Int(min(fileSize, UInt64(version3Size))), at: .zero)
        let clusterSize = try clusterSize(of: start, rules: FieldRules(file: file.path))
        return try QCOW2Header(
            parsing: try file.read(Int(min(fileSize, clusterSize)), at: .zero), file: file.path, fileSize: fileSize)
    }

    /// The cluster size that a header names, once magic, version and this field have been checked.
    private static func clusterSize(of bytes: [UInt8], rules: FieldRules) throws(DiskImageError) -> UInt64 {
        try rules.require(bytes.count >= 4, "magic", at: 0, "the file ends before a qcow2 header does")
        try rules.require(
            bytes.bigEndian(at: 0) == magic, "magic", at: 0, "this is not a qcow2 image, which begins with \"QFI\\xfb\""
        )
        try rules.require(
            bytes.count >= version2Size, "header", at: 0, "the file's \(bytes.count) bytes must hold a header of 72")
        let version: UInt32 = bytes.bigEndian(at: 4)
        try rules.require(version == 2 || version == 3, "version", at: 4, "\(version) must be 2 or 3")
        let bits: UInt32 = bytes.bigEndian(at: 20)
        try rules.require(
            QCOW2Limits.clusterBits ~= bits, "cluster_bits", at: 20, "\(bits) must be 9 to 21 (512 bytes to 2 MiB)")
        return 1 << UInt64(bits)
    }

    /// Parses a header. `bytes` is the first cluster of the file, or all of the file if that is shorter.
    ///
    /// Nothing is believed: every field has been checked against its rule and the file's size when this returns.
    init(parsing bytes: [UInt8], file: String, fileSize: UInt64) throws(DiskImageError) {
        let rules = FieldRules(file: file)
        let clusterSize = try Self.clusterSize(of: bytes, rules: rules)
        version = bytes.bigEndian(at: 4)
        clusterBits = bytes.bigEndian(at: 20)
        virtualSize = bytes.bigEndian(at: 24)
        l1Count = bytes.bigEndian(at: 36)
        l1Offset = HostOffset(bytes.bigEndian(at: 40))
        refcountTableOffset = HostOffset(bytes.bigEndian(at: 48))
        refcountTableClusters = bytes.bigEndian(at: 56)
        snapshotCount = bytes.bigEndian(at: 60)
        snapshotsOffset = HostOffset(bytes.bigEndian(at: 64))
        let encryption: UInt32 = bytes.bigEndian(at: 32)
        let headerLength = version == 2 ? Self.version2Size : try parseVersion3(bytes, clusterSize, rules)
        extensions = try Self.extensions(in: bytes, from: headerLength, rules: rules)
        try checkFeatures(rules, encryption: encryption)
        backingName = try Self.backingName(in: bytes, rules: rules)
        try checkTables(rules, fileSize: fileSize)
    }

    /// The fields that only version 3 has. Returns the header's length.
    private mutating func parseVersion3(
        _ bytes: [UInt8], _ clusterSize: UInt64, _ rules: FieldRules
    ) throws(DiskImageError) -> Int {
        try rules.require(
            bytes.count >= 104, "header", at: 0, "the file's \(bytes.count) bytes must hold a header of 104")
        incompatible = IncompatibleFeatures(rawValue: bytes.bigEndian(at: 72))
        compatible = CompatibleFeatures(rawValue: bytes.bigEndian(at: 80))
        autoclear = AutoclearFeatures(rawValue: bytes.bigEndian(at: 88))
        refcountOrder = bytes.bigEndian(at: 96)
        try rules.require(
            QCOW2Limits.refcountOrder ~= refcountOrder, "refcount_order", at: 96,
            "\(refcountOrder) must be 0 to 6 (1 to 64 bits)")
        let stored: UInt32 = bytes.bigEndian(at: 100)
        try rules.require(
            stored >= 104 && stored % 8 == 0 && UInt64(stored) <= clusterSize && Int(stored) <= bytes.count,
            "header_length", at: 100, "\(stored) must be a multiple of 8, at least 104, and fit into the first cluster")
        let length = Int(stored)
        let compression = length > 104 ? bytes[104] : 0
        guard let codec = ClusterCodec(rawValue: compression) else {
            throw rules.broken("compression_type", at: 104, "\(compression) must be 0 (zlib) or 1 (zstd)")
        }
        try rules.require(
            incompatible.contains(.compressionType) == (compression != 0), "compression_type", at: 104,
            "must differ from 0 exactly when incompatible feature bit 3 is set")
        self.codec = codec
        unknownFields = length > Self.version3Size ? Array(bytes[Self.version3Size..<length]) : []
        return length
    }

    /// All extensions, up to the one that ends them or to the end of the first cluster.
    private static func extensions(
        in bytes: [UInt8], from start: Int, rules: FieldRules
    ) throws(DiskImageError) -> [HeaderExtension] {
        var result: [HeaderExtension] = []
        var position = start
        // The backing file's name lies behind the extensions.
        let nameOffset: UInt64 = bytes.bigEndian(at: 8)
        let end = nameOffset > 0 && nameOffset < UInt64(bytes.count) ? Int(nameOffset) : bytes.count
        while position + 8 <= end {
            let type: UInt32 = bytes.bigEndian(at: position)
            if type == 0 { break }
            let length: UInt32 = bytes.bigEndian(at: position + 4)
            try rules.require(
                UInt64(length) <= UInt64(end - position - 8), "header extension 0x\(String(type, radix: 16))",
                at: UInt64(position + 4),
                "length \(length) must end before the first cluster or the backing file's name")
            try rules.require(
                HeaderExtension.Kind(rawValue: type) == nil || !result.contains { $0.type == type },
                "header extension 0x\(String(type, radix: 16))", at: UInt64(position), "must not appear twice")
            let data = Array(bytes[position + 8..<position + 8 + Int(length)])
            result.append(HeaderExtension(type: type, data: data))
            position += 8 + (Int(length) + 7) / 8 * 8
        }
        return result
    }

    private static func backingName(in bytes: [UInt8], rules: FieldRules) throws(DiskImageError) -> String? {
        let offset: UInt64 = bytes.bigEndian(at: 8)
        let size: UInt32 = bytes.bigEndian(at: 16)
        guard offset != 0 else { return nil }
        try rules.require(
            size <= QCOW2Limits.backingNameBytes, "backing_file_size", at: 16, "\(size) must not exceed 1023")
        let (end, overflow) = offset.addingReportingOverflow(UInt64(size))
        try rules.require(
            !overflow && end <= UInt64(bytes.count), "backing_file_offset", at: 8,
            "the name at \(offset) with \(size) bytes must lie within the first cluster")
        let name = bytes[Int(offset)..<Int(end)]
        try rules.require(
            !name.isEmpty && !name.contains(0), "backing file name", at: offset, "must not be empty or hold a zero byte"
        )
        return String(decoding: name, as: UTF8.self)
    }
}
