// SPDX-License-Identifier: MIT

extension FileTree {
    /// Puts a node at a path. The folders on the way are made where they are missing.
    ///
    /// A folder that is there keeps what it holds and takes the new attributes; anything else is replaced. Links on the
    /// way are followed inside the tree, so that what is unpacked into `lib`, a link to `usr/lib`, lands there.
    /// - Returns: the node's number.
    @discardableResult
    public mutating func add(_ node: Node, at path: TreePath) throws(FileTreeError) -> Number {
        guard let name = path.names.last else {
            guard node.isFolder else { throw FileTreeError(path, .rootIsFolder) }
            self[root].attributes = node.attributes
            return root
        }
        let folder = try makeFolder(path.parent)
        if node.isFolder, let known = nodes[folder].entries[name], nodes[known].isFolder {
            self[known].attributes = node.attributes
            return known
        }
        guard nodes.count < Self.maximumCount else { throw FileTreeError(path, .tooMany) }
        let number = store(node)
        setEntry(name, in: folder, to: number)
        return number
    }

    /// Gives a file that is there another name: a hard link.
    public mutating func link(_ path: TreePath, to target: TreePath) throws(FileTreeError) {
        guard let number = try find(target), let name = path.names.last else {
            throw FileTreeError(path, .noLinkTarget(target))
        }
        guard !nodes[number].isFolder else { throw FileTreeError(path, .linkToFolder(target)) }
        setEntry(name, in: try makeFolder(path.parent), to: number)
    }

    /// Takes a name, and everything below it, away. Where there is no such name nothing happens.
    public mutating func remove(_ path: TreePath) throws(FileTreeError) {
        guard let name = path.names.last, let folder = try resolve(path.parent) else { return }
        setEntry(name, in: folder, to: nil)
    }

    /// Takes everything out of a folder.
    public mutating func empty(_ path: TreePath) throws(FileTreeError) {
        guard let folder = try resolve(path), nodes[folder].isFolder else { return }
        removeEntries(of: folder)
    }

    /// The folder at a path, made with its parents where it is missing.
    private mutating func makeFolder(_ path: TreePath) throws(FileTreeError) -> Number {
        guard path.names.count < Self.maximumDepth else { throw FileTreeError(path, .tooDeep) }
        if let known = try resolve(path) {
            guard nodes[known].isFolder else { throw FileTreeError(path, .notFolder) }
            return known
        }
        let parent = try makeFolder(path.parent)
        guard nodes.count < Self.maximumCount else { throw FileTreeError(path, .tooMany) }
        // A link that leads nowhere gives way: unpacked files must not vanish through it.
        let number = store(Node(.folder, FileAttributes(permissions: 0o755)))
        if let name = path.names.last { setEntry(name, in: parent, to: number) }
        return number
    }
}
