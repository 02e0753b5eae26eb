// SPDX-License-Identifier: MIT

extension FileTree {
    /// The tree without what is neither one of these paths, nor below one, nor on the way to one.
    public func selecting(_ paths: [TreePath]) -> FileTree {
        var selected = self
        let wanted = Set(paths)
        var onTheWay: Set<TreePath> = []
        for path in paths { for count in path.names.indices { onTheWay.insert(TreePath(Array(path.names[..<count]))) } }
        var waiting: [(path: TreePath, number: Number)] = [(TreePath(), root)]
        while let (path, number) = waiting.popLast() {
            guard !wanted.contains(path) else { continue }
            for entry in entries(of: number) {
                let below = path.appending(entry.name)
                if wanted.contains(below) || onTheWay.contains(below) {
                    waiting.append((below, entry.node))
                } else {
                    selected.setEntry(entry.name, in: number, to: nil)
                }
            }
        }
        return selected
    }
}
