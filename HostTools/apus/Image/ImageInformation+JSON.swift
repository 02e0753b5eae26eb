// SPDX-License-Identifier: MIT
import DiskImage

extension ImageInformation {
    /// The information in the form of QEMU's ImageInfo. Source: QEMU, `qapi/block-core.json`.
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("virtual-size", .unsigned(virtualSize)), ("filename", .string(path)), ("format", .string(format.rawValue)),
            ("actual-size", .unsigned(allocatedSize)), ("dirty-flag", .bool(qcow2?.isDirty ?? false)),
        ]
        guard let qcow2 else { return .object(members) }
        members.append(("cluster-size", .unsigned(qcow2.clusterSize)))
        if let name = qcow2.backingName {
            members.append(("backing-filename", .string(name)))
            members.append(("full-backing-filename", .string(qcow2.backingPath ?? name)))
            if let format = qcow2.backingFormat { members.append(("backing-filename-format", .string(format))) }
        }
        if !qcow2.snapshots.isEmpty { members.append(("snapshots", .array(qcow2.snapshots.map(\.json)))) }
        members.append(("format-specific", .object([("type", .string("qcow2")), ("data", qcow2.json)])))
        return .object(members)
    }
}

extension ImageInformation.QCOW2 {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("compat", .string(version == 2 ? "0.10" : "1.1")), ("compression-type", .string(codec.name)),
            ("refcount-bits", .unsigned(refcountBits)),
        ]
        if version >= 3 {
            members += [
                ("lazy-refcounts", .bool(hasLazyRefcounts)), ("corrupt", .bool(isCorrupt)),
                ("extended-l2", .bool(hasExtendedEntries)),
            ]
        }
        if !bitmaps.isEmpty { members.append(("bitmaps", .array(bitmaps.map(\.json)))) }
        return .object(members)
    }
}

extension Snapshot {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(id)), ("name", .string(name)), ("vm-state-size", .unsigned(stateSize)),
            ("date-sec", .unsigned(UInt64(seconds))), ("date-nsec", .unsigned(UInt64(nanoseconds))),
            ("vm-clock-sec", .unsigned(guestClock / 1_000_000_000)),
            ("vm-clock-nsec", .unsigned(guestClock % 1_000_000_000)),
        ]
        if let instructionCount { members.append(("icount", .unsigned(instructionCount))) }
        return .object(members)
    }
}

extension PersistentBitmap {
    fileprivate var json: JSONValue {
        .object([
            ("flags", .array(flagNames.map { .string($0) })), ("name", .string(name)),
            ("granularity", .unsigned(granularity)),
        ])
    }
}
