// SPDX-License-Identifier: MIT
import DiskImage
import Foundation

extension ImageInformation {
    /// The information for people, in qemu-img's words.
    var text: String {
        var lines = [
            "image: \(path)", "file format: \(format.rawValue)",
            "virtual size: \(ByteCount.short(virtualSize)) (\(virtualSize) bytes)",
            "disk size: \(ByteCount.short(allocatedSize))",
        ]
        guard let qcow2 else { return lines.joined(separator: "\n") }
        if qcow2.isDirty { lines.append("cleanly shut down: no") }
        lines.append("cluster_size: \(qcow2.clusterSize)")
        lines += backingLines(qcow2)
        if !qcow2.snapshots.isEmpty { lines += ["Snapshot list:"] + SnapshotListing.lines(qcow2.snapshots) }
        return (lines + specificLines(qcow2)).joined(separator: "\n")
    }

    private func backingLines(_ qcow2: QCOW2) -> [String] {
        guard let name = qcow2.backingName else { return [] }
        let actual = qcow2.backingPath.flatMap { $0 == name ? nil : " (actual path: \($0))" } ?? ""
        return ["backing file: \(name)\(actual)"] + (qcow2.backingFormat.map { ["backing file format: \($0)"] } ?? [])
    }

    private func specificLines(_ qcow2: QCOW2) -> [String] {
        var lines = ["Format specific information:", "    compat: \(qcow2.version == 2 ? "0.10" : "1.1")"]
        lines.append("    compression type: \(qcow2.codec.name)")
        if qcow2.version >= 3 { lines.append("    lazy refcounts: \(qcow2.hasLazyRefcounts)") }
        if !qcow2.bitmaps.isEmpty {
            lines.append("    bitmaps:")
            for (index, bitmap) in qcow2.bitmaps.enumerated() {
                lines.append("        [\(index)]:")
                lines.append("            flags:")
                lines += bitmap.flagNames.enumerated().map { "                [\($0.offset)]: \($0.element)" }
                lines += ["            name: \(bitmap.name)", "            granularity: \(bitmap.granularity)"]
            }
        }
        lines.append("    refcount bits: \(qcow2.refcountBits)")
        if qcow2.version >= 3 {
            lines.append("    corrupt: \(qcow2.isCorrupt)")
            lines.append("    extended l2: \(qcow2.hasExtendedEntries)")
        }
        return lines
    }
}

extension PersistentBitmap {
    /// The names that QEMU gives to the flags.
    var flagNames: [String] { (isInUse ? ["in-use"] : []) + (isEnabled ? ["auto"] : []) }
}

/// The table of snapshots for people.
enum SnapshotListing {
    static func lines(_ snapshots: [Snapshot]) -> [String] {
        let head = row("ID", "TAG", "VM SIZE", "DATE", "VM CLOCK", "ICOUNT")
        return [head]
            + snapshots.map {
                row(
                    $0.id, $0.name, ByteCount.short($0.stateSize), date($0.seconds), clock($0.guestClock),
                    $0.instructionCount.map(String.init) ?? "")
            }
    }

    private static func row(
        _ id: String, _ tag: String, _ size: String, _ date: String, _ clock: String, _ count: String
    ) -> String {
        left(id, 9) + " " + left(tag, 16) + " " + right(size, 8) + right(date, 20) + right(clock, 13) + right(count, 11)
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static let formatter = {
        let formatter = DateFormatter()
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
        return formatter
    }()

    private static func date(_ seconds: UInt32) -> String {
        formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
    }

    private static func clock(_ nanoseconds: UInt64) -> String {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(parts).\(padded(rest / 1_000_000, 3))"
    }

    private static func padded(_ number: UInt64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
