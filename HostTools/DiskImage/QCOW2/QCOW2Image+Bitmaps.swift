// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// Forgets a bitmap; the others stay.
    public func removeBitmap(named name: String) throws(DiskImageError) {
        try flush()
        let present = try bitmaps()
        guard present.contains(where: { $0.name == name }) else {
            let names = present.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw .refused(
                file: path,
                reason: "no bitmap is named \"\(name)\"; " + (present.isEmpty ? "it has none" : "it has \(names)"))
        }
        try replaceTables { plan throws(DiskImageError) in plan.bitmaps.removeAll { $0.name == name } }
    }
}
