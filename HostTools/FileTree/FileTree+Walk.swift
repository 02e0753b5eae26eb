// SPDX-License-Identifier: MIT

extension FileTree {
    /// A name of the tree, as a walk meets it.
    public struct Visit: Sendable {
        /// The path from the root.
        public let path: TreePath
        /// The node there.
        public let number: Number
        /// Whether the node was met under no other name before.
        public let isFirst: Bool
        /// How many names the node has.
        public let linkCount: Int
    }

    /// Every name below the root: a folder before what it holds, the names of a folder in the order of their bytes.
    public var visits: [Visit] {
        var links: [Number: Int] = [:]
        forEachEntry { _, number in links[number, default: 0] += 1 }
        var visits: [Visit] = []
        var met: Set<Number> = []
        forEachEntry { path, number in
            visits.append(
                Visit(
                    path: path, number: number, isFirst: met.insert(number).inserted,
                    linkCount: links[number] ?? 1))
        }
        return visits
    }

    /// Bytes of all files, each counted once.
    public var totalSize: Int64 {
        visits.reduce(0) { sum, visit in
            guard visit.isFirst, case .file(let contents) = nodes[visit.number].kind else { return sum }
            return sum + contents.size
        }
    }

    private func forEachEntry(_ body: (TreePath, Number) -> Void) {
        var waiting = entries(of: root).reversed().map { (TreePath([$0.name]), $0.node) }
        while let (path, number) = waiting.popLast() {
            body(path, number)
            guard nodes[number].isFolder else { continue }
            waiting += entries(of: number).reversed().map { (path.appending($0.name), $0.node) }
        }
    }
}
