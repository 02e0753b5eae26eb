// SPDX-License-Identifier: MIT
import Glibc

extension QCOW2Image {
    /// Takes a snapshot of the disk as it is now.
    public func createSnapshot(named name: String) throws(DiskImageError) {
        guard !name.isEmpty, name.utf8.count <= Int(UInt16.max) else {
            throw .usage("the snapshot's name must have 1 to 65535 bytes")
        }
        let present = try snapshots()
        let highest = present.compactMap { UInt64($0.id) }.max() ?? 0
        try flush()
        let now = Self.now()
        let new = Snapshot(
            l1Offset: .zero, l1Count: UInt32(l1.count), id: String(highest + 1), name: name, seconds: now.seconds,
            nanoseconds: now.nanoseconds, guestClock: 0, stateSize: 0, diskSize: virtualSize,
            furtherData: [UInt8](repeating: 0, count: 8))
        try replaceTables { plan throws(DiskImageError) in plan.snapshots.append((new, plan.l1)) }
    }

    /// Makes the disk what it was when the snapshot was taken, its size included.
    public func applySnapshot(_ selector: String) throws(DiskImageError) {
        try requireNoBitmaps(for: "going back to a snapshot")
        try flush()
        let index = try snapshotIndex(selector)
        try replaceTables { plan throws(DiskImageError) in
            plan.l1 = plan.snapshots[index].l1
            if let size = plan.snapshots[index].snapshot.diskSize { plan.header.virtualSize = size }
            let needed = Int(geometry.l1Count(for: plan.header.virtualSize))
            plan.l1 += [UInt64](repeating: 0, count: max(0, needed - plan.l1.count))
        }
    }

    /// Forgets a snapshot: the one of this name, or else the one with this ID. QEMU looks in the same order, which is
    /// not that of the other operations.
    public func deleteSnapshot(_ selector: String) throws(DiskImageError) {
        try flush()
        let named = try snapshots().firstIndex { $0.name == selector }
        let index = if let named { named } else { try snapshotIndex(selector) }
        try replaceTables { plan throws(DiskImageError) in _ = plan.snapshots.remove(at: index) }
    }

    /// The disk as it was when the snapshot was taken: an image to be read from.
    public func view(of selector: String) throws(DiskImageError) -> QCOW2Image {
        let snapshot = try snapshots()[try snapshotIndex(selector)]
        let view = try QCOW2Image(file)
        view.isView = true
        view.backing = backing
        view.l1 = TableBytes.numbers(try file.read(Int(snapshot.l1Count) * 8, at: snapshot.l1Offset))
        view.header.l1Offset = snapshot.l1Offset
        if let size = snapshot.diskSize { view.header.virtualSize = size }
        return view
    }

    /// The snapshot with this ID, or else with this name.
    private func snapshotIndex(_ selector: String) throws(DiskImageError) -> Int {
        let all = try snapshots()
        if let index = all.firstIndex(where: { $0.id == selector }) ?? all.firstIndex(where: { $0.name == selector }) {
            return index
        }
        let names = all.map { "\($0.id) \"\($0.name)\"" }.joined(separator: ", ")
        throw .refused(
            file: path,
            reason: "no snapshot has the ID or name \"\(selector)\"; "
                + (all.isEmpty ? "it has none" : "it has \(names)"))
    }

    private static func now() -> (seconds: UInt32, nanoseconds: UInt32) {
        var time = timespec()
        // SAFETY: the structure lives until the call returns.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return (UInt32(truncatingIfNeeded: time.tv_sec), UInt32(truncatingIfNeeded: time.tv_nsec))
    }
}
