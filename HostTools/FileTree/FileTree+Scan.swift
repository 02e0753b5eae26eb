// SPDX-License-Identifier: MIT
import Glibc

extension FileTree {
    /// The files of a folder of the host, with their owners, modes, times and hard links. Contents are read when they are
    /// needed; links are taken as they are, never followed.
    public init(folder path: String) throws(HostFileError) {
        let folder = try HostFolder(path)
        guard let status = try folder.status(of: TreePath()) else { throw HostFileError(path, .notFolder) }
        self.init(root: status.attributes)
        var known: [[UInt64]: Number] = [:]
        var waiting: [(path: TreePath, number: Number)] = [(TreePath(), root)]
        while let place = waiting.popLast() {
            for name in try folder.names(in: place.path) {
                let path = place.path.appending(name)
                // A file that vanishes meanwhile was not there.
                guard let status = try folder.status(of: path) else { continue }
                if let other = known[status.place] {
                    setEntry(name, in: place.number, to: other)
                    continue
                }
                guard nodes.count < Self.maximumCount, path.names.count < Self.maximumDepth else {
                    throw HostFileError(folder.path, .tooMany(limit: Self.maximumCount))
                }
                let number = store(Node(try Self.kind(of: path, status, in: folder), status.attributes))
                setEntry(name, in: place.number, to: number)
                if nodes[number].isFolder {
                    waiting.append((path, number))
                } else if status.linkCount > 1 {
                    known[status.place] = number
                }
            }
        }
    }

    private static func kind(
        of path: TreePath, _ status: HostFolder.Status, in folder: HostFolder
    ) throws(HostFileError) -> Kind {
        switch status.mode & S_IFMT {
        case S_IFDIR: .folder
        case S_IFLNK: .symbolicLink(try folder.linkTarget(of: path))
        case S_IFCHR: .characterDevice(status.device)
        case S_IFBLK: .blockDevice(status.device)
        case S_IFIFO: .pipe
        case S_IFSOCK: .socket
        default: .file(.file(path: try folder.hostPath(path), size: status.size))
        }
    }
}
