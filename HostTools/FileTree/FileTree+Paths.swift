// SPDX-License-Identifier: MIT

extension FileTree {
    /// The node at a path; nil where there is none. A link at its end is not followed, those on the way are.
    public func find(_ path: TreePath) throws(FileTreeError) -> Number? {
        guard let name = path.names.last else { return root }
        guard let folder = try resolve(path.parent) else { return nil }
        return nodes[folder].entries[name]
    }

    /// The node at a path with all links followed; nil where the way ends.
    ///
    /// Links stay inside: `/` at their front is the tree's root, and the root is its own parent.
    public func resolve(_ path: TreePath) throws(FileTreeError) -> Number? {
        var trail = [root]
        // The last name first: what a link holds is put on top.
        var rest: [[UInt8]] = path.names.reversed().map(\.bytes)
        var links = 0
        while let part = rest.popLast() {
            if part == Array("..".utf8) {
                if trail.count > 1 { trail.removeLast() }
                continue
            }
            guard let name = FileName(part), let folder = trail.last, let next = nodes[folder].entries[name] else {
                return nil
            }
            guard case .symbolicLink(let target) = nodes[next].kind else {
                trail.append(next)
                continue
            }
            links += 1
            // As Linux: so many links are a circle.
            guard links <= 40 else { throw FileTreeError(path, .linkCircle) }
            if target.first == UInt8(ascii: "/") { trail = [root] }
            rest += Self.parts(of: target).reversed()
        }
        return trail.last
    }

    /// The parts of a link's target that mean something.
    static func parts(of target: [UInt8]) -> [[UInt8]] {
        target.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != Array(".".utf8) }
    }
}
