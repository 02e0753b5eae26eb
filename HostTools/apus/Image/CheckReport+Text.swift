// SPDX-License-Identifier: MIT
import DiskImage

extension CheckReport {
    /// The result for people, in qemu-img's words.
    var text: String {
        var lines: [String] = []
        if leaksFixed > 0 || corruptionsFixed > 0 {
            lines.append("The following inconsistencies were found and repaired:\n")
            lines.append("    \(leaksFixed) leaked clusters\n    \(corruptionsFixed) corruptions\n")
        }
        if isClean { lines.append("No errors were found on the image.") }
        if corruptions > 0 {
            lines.append(
                "\(corruptions) errors were found on the image.\n"
                    + "Data may be corrupted, or further writes to the image may corrupt it.")
        }
        if leaks > 0 {
            lines.append(
                "\(leaks) leaked clusters were found on the image.\nThis means waste of disk space, but no harm to data."
            )
        }
        if totalClusters > 0 && allocatedClusters > 0 {
            lines.append(
                "\(allocatedClusters)/\(totalClusters) = \(Self.percent(allocatedClusters, of: totalClusters))% allocated, "
                    + "\(Self.percent(fragmentedClusters, of: allocatedClusters))% fragmented, "
                    + "\(Self.percent(compressedClusters, of: allocatedClusters))% compressed clusters")
        }
        lines.append("Image end offset: \(endOffset)")
        return lines.joined(separator: "\n")
    }

    private static func percent(_ part: UInt64, of whole: UInt64) -> String {
        let hundredths = UInt64((Double(part) * 10000 / Double(whole)).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// The result in the form of QEMU's ImageCheck. Source: QEMU, `qapi/block-core.json`.
    func json(path: String) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("filename", .string(path)), ("format", .string("qcow2")), ("check-errors", .number(0)),
            ("image-end-offset", .unsigned(endOffset)), ("total-clusters", .unsigned(totalClusters)),
        ]
        let counts = [
            ("corruptions", UInt64(corruptions)), ("leaks", UInt64(leaks)),
            ("corruptions-fixed", UInt64(corruptionsFixed)), ("leaks-fixed", UInt64(leaksFixed)),
            ("allocated-clusters", allocatedClusters), ("fragmented-clusters", fragmentedClusters),
            ("compressed-clusters", compressedClusters),
        ]
        members += counts.filter { $0.1 > 0 }.map { ($0.0, .unsigned($0.1)) }
        return .object(members)
    }
}
