// SPDX-License-Identifier: MIT

/// An internal snapshot: an L1 table of its own, and what is known about the moment.
/// Source: qcow2.txt, "Snapshots".
public struct Snapshot: Equatable, Sendable {
    /// Where its L1 table lies.
    var l1Offset: HostOffset
    /// Entries of its L1 table.
    var l1Count: UInt32
    /// What tells it from others: usually a number.
    public internal(set) var id: String
    /// The name that its maker gave.
    public internal(set) var name: String
    /// When it was taken: seconds since 1970, and nanoseconds.
    public internal(set) var seconds: UInt32
    public internal(set) var nanoseconds: UInt32
    /// How long the guest had been running, in nanoseconds.
    public internal(set) var guestClock: UInt64
    /// Bytes of the guest's memory and devices; 0 when only the disk was saved.
    public internal(set) var stateSize: UInt64
    /// The size of the disk at that time; nil where an image of version 2 does not tell.
    public internal(set) var diskSize: UInt64?
    /// Data of later extensions of the format, kept as it is.
    var furtherData: [UInt8] = []

    /// The count of instructions that the guest had executed, where that was recorded. Source: QEMU, `block/qcow2.h`.
    public var instructionCount: UInt64? {
        guard furtherData.count >= 8 else { return nil }
        let count: UInt64 = furtherData.bigEndian(at: 0)
        return count == .max ? nil : count
    }
}

/// The table of snapshots as it lies in an image.
enum SnapshotTable {
    /// Reads and checks all entries.
    static func read(_ file: HostFile, _ header: QCOW2Header) throws(DiskImageError) -> [Snapshot] {
        var reader = Reader(file: file, header: header, fileSize: try file.size())
        var result: [Snapshot] = []
        for index in 0..<header.snapshotCount { result.append(try reader.next(Int(index))) }
        return result
    }

    /// Reads one entry after the other.
    private struct Reader {
        let file: HostFile
        let header: QCOW2Header
        let fileSize: UInt64
        var position: HostOffset
        var rules: FieldRules { FieldRules(file: file.path) }

        init(file: HostFile, header: QCOW2Header, fileSize: UInt64) {
            (self.file, self.header, self.fileSize) = (file, header, fileSize)
            position = header.snapshotsOffset
        }

        mutating func next(_ index: Int) throws(DiskImageError) -> Snapshot {
            let (field, start) = ("snapshot \(index)", position.bytes)
            try rules.require(start + 40 <= fileSize, field, at: start, "the table must lie within the file")
            let fixed = try file.read(40, at: position)
            let (idCount, nameCount): (UInt16, UInt16) = (fixed.bigEndian(at: 12), fixed.bigEndian(at: 14))
            let extraCount: UInt32 = fixed.bigEndian(at: 36)
            try rules.require(
                extraCount <= QCOW2Limits.snapshotExtraBytes, field, at: start + 36,
                "extra data of \(extraCount) bytes must not exceed 1024")
            let variable = Int(extraCount) + Int(idCount) + Int(nameCount)
            let end = start + 40 + UInt64(variable)
            try rules.require(
                end <= fileSize && end - header.snapshotsOffset.bytes <= QCOW2Limits.snapshotTableBytes, field,
                at: start,
                "the table must lie within the file and not exceed 64 MiB")
            position = HostOffset(end.roundedUp(to: 8))
            let rest = try file.read(variable, at: HostOffset(start + 40))
            let snapshot = Snapshot(fixed, rest, extraCount: Int(extraCount), idCount: Int(idCount))
            try check(snapshot, field, at: start)
            return snapshot
        }

        private func check(_ snapshot: Snapshot, _ field: String, at start: UInt64) throws(DiskImageError) {
            let bytes = UInt64(snapshot.l1Count) * 8
            try rules.require(
                bytes <= QCOW2Limits.l1Bytes, "\(field) l1_size", at: start + 8,
                "\(snapshot.l1Count) entries must not exceed 32 MiB")
            if bytes > 0 {
                try rules.requireTable(
                    "\(field) l1_table_offset", at: start, offset: snapshot.l1Offset, bytes: bytes, fileSize: fileSize,
                    geometry: header.geometry)
            }
            let size = snapshot.diskSize ?? 0
            try rules.require(
                size <= QCOW2Limits.virtualSize && header.geometry.l1Count(for: size) <= UInt64(snapshot.l1Count),
                "\(field) disk size", at: start + 48, "\(size) bytes must be mapped by \(snapshot.l1Count) L1 entries")
        }
    }

    /// The table's bytes.
    static func bytes(_ snapshots: [Snapshot]) -> [UInt8] { snapshots.flatMap(\.stored) }
}

extension Snapshot {
    fileprivate init(_ fixed: [UInt8], _ rest: [UInt8], extraCount: Int, idCount: Int) {
        l1Offset = HostOffset(fixed.bigEndian(at: 0))
        l1Count = fixed.bigEndian(at: 8)
        seconds = fixed.bigEndian(at: 16)
        nanoseconds = fixed.bigEndian(at: 20)
        guestClock = fixed.bigEndian(at: 24)
        stateSize = extraCount >= 8 ? rest.bigEndian(at: 0) : UInt64(fixed.bigEndian(UInt32.self, at: 32))
        diskSize = extraCount >= 16 ? rest.bigEndian(at: 8) : nil
        furtherData = extraCount > 16 ? Array(rest[16..<extraCount]) : []
        id = String(decoding: rest[extraCount..<extraCount + idCount], as: UTF8.self)
        name = String(decoding: rest[(extraCount + idCount)...], as: UTF8.self)
    }

    /// The entry's bytes, padded to a multiple of eight.
    fileprivate var stored: [UInt8] {
        let (idBytes, nameBytes) = (Array(id.utf8), Array(name.utf8))
        var bytes = [UInt8](repeating: 0, count: 56)
        bytes.setBigEndian(l1Offset.bytes, at: 0)
        bytes.setBigEndian(l1Count, at: 8)
        bytes.setBigEndian(UInt16(truncatingIfNeeded: idBytes.count), at: 12)
        bytes.setBigEndian(UInt16(truncatingIfNeeded: nameBytes.count), at: 14)
        bytes.setBigEndian(seconds, at: 16)
        bytes.setBigEndian(nanoseconds, at: 20)
        bytes.setBigEndian(guestClock, at: 24)
        bytes.setBigEndian(UInt32(clamping: stateSize), at: 32)
        bytes.setBigEndian(UInt32(16 + furtherData.count), at: 36)
        bytes.setBigEndian(stateSize, at: 40)
        bytes.setBigEndian(diskSize ?? 0, at: 48)
        bytes += furtherData + idBytes + nameBytes
        return bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    }
}
