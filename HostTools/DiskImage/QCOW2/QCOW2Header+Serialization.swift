// SPDX-License-Identifier: MIT

extension QCOW2Header {
    /// The header as it stands at the start of the file: fields, extensions, backing file name.
    /// - Throws: when it does not fit into the first cluster.
    func serialized(file: String) throws(DiskImageError) -> [UInt8] {
        var parts = self
        if version >= 3 { parts[.featureNames] = FeatureNameTable.bytes }
        // The names of features are a courtesy: where they do not fit, they go first.
        if UInt64(parts.serializedSize) > geometry.clusterSize { parts[.featureNames] = nil }
        guard UInt64(parts.serializedSize) <= geometry.clusterSize else {
            throw .refused(
                file: file,
                reason: "the header, its extensions and the backing file's name do not fit into a cluster of "
                    + "\(geometry.clusterSize) bytes; use larger clusters or a shorter name")
        }
        var bytes = parts.fields
        for part in parts.extensions {
            var stored = [UInt8](repeating: 0, count: part.storedSize)
            stored.setBigEndian(part.type, at: 0)
            stored.setBigEndian(UInt32(part.data.count), at: 4)
            stored.replaceSubrange(8..<8 + part.data.count, with: part.data)
            bytes += stored
        }
        // The extensions end with one of type and length 0.
        bytes += [UInt8](repeating: 0, count: 8)
        if let name = parts.backingName {
            bytes.setBigEndian(UInt64(bytes.count), at: 8)
            bytes.setBigEndian(UInt32(name.utf8.count), at: 16)
            bytes += name.utf8
        }
        return bytes
    }

    private var length: Int { version == 2 ? Self.version2Size : Self.version3Size + unknownFields.count }

    private var serializedSize: Int {
        length + extensions.reduce(8) { $0 + $1.storedSize } + (backingName?.utf8.count ?? 0)
    }

    private var fields: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        bytes.setBigEndian(Self.magic, at: 0)
        bytes.setBigEndian(version, at: 4)
        bytes.setBigEndian(clusterBits, at: 20)
        bytes.setBigEndian(virtualSize, at: 24)
        bytes.setBigEndian(l1Count, at: 36)
        bytes.setBigEndian(l1Offset.bytes, at: 40)
        bytes.setBigEndian(refcountTableOffset.bytes, at: 48)
        bytes.setBigEndian(refcountTableClusters, at: 56)
        bytes.setBigEndian(snapshotCount, at: 60)
        bytes.setBigEndian(snapshotsOffset.bytes, at: 64)
        guard version >= 3 else { return bytes }
        bytes.setBigEndian(incompatible.rawValue, at: 72)
        bytes.setBigEndian(compatible.rawValue, at: 80)
        bytes.setBigEndian(autoclear.rawValue, at: 88)
        bytes.setBigEndian(refcountOrder, at: 96)
        bytes.setBigEndian(UInt32(length), at: 100)
        bytes[104] = codec.rawValue
        bytes.replaceSubrange(Self.version3Size..<length, with: unknownFields)
        return bytes
    }
}
