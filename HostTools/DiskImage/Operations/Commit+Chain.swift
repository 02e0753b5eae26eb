// SPDX-License-Identifier: MIT

extension Commit {
    /// Opens an overlay and a backing file of its chain, and commits the one into the other.
    ///
    /// - Parameters:
    ///   - opening: how the overlay is opened; backing files are followed as it says.
    ///   - base: the backing file; nil means the uppermost.
    /// - Returns: the path of the backing file.
    public func run(
        _ path: String, opening: ImageOpening, base: String?, empties: Bool
    ) throws(DiskImageError) -> String {
        let (found, depth, format) = try find(path, opening, base)
        var whole = opening
        whole.writes = true
        whole.backing = .ignored
        // The images are opened one by one: the base for writing, those above it without what lies below them.
        whole.format = format
        let target = try whole.open(found)
        let top = try openAbove(path, opening, depth: depth, empties: empties)
        try attachBelow(target, opening, found)
        try run(top, into: target, depth: depth, empties: empties)
        return found
    }

    private func find(
        _ path: String, _ opening: ImageOpening, _ base: String?
    ) throws(DiskImageError) -> (path: String, depth: Int, format: DiskFormat) {
        let top = try opening.open(path)
        guard let next = top.backing else { throw .refused(file: path, reason: "has no backing file to commit into") }
        guard let base else { return (next.path, 1, next.format) }
        var (image, depth): ((any DiskImage)?, Int) = (next, 1)
        while let current = image {
            if HostPath.real(current.path) == HostPath.real(base) { return (current.path, depth, current.format) }
            (image, depth) = (current.backing, depth + 1)
        }
        throw .refused(file: path, reason: "\"\(base)\" is not one of its backing files")
    }

    private func openAbove(
        _ path: String, _ opening: ImageOpening, depth: Int, empties: Bool
    ) throws(DiskImageError) -> QCOW2Image {
        var single = opening
        single.backing = .ignored
        single.writes = empties
        let top = try single.openQCOW2(path)
        single.writes = false
        var image = top
        for _ in 1..<depth {
            guard let name = image.header.backingName else { break }
            single.format = .qcow2
            let next = try single.openQCOW2(try image.backingPath(name))
            image.backing = next
            image = next
        }
        return top
    }

    /// The base needs what lies below it for clusters that are written in part.
    private func attachBelow(
        _ target: any DiskImage, _ opening: ImageOpening, _ path: String
    ) throws(DiskImageError) {
        guard let target = target as? QCOW2Image, let name = target.header.backingName else { return }
        var below = opening
        below.writes = false
        below.format = try target.recordedBackingFormat() ?? opening.unrecordedBackingFormat
        target.backing = try below.open(try target.backingPath(name))
    }
}
