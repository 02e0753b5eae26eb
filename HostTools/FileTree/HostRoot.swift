// SPDX-License-Identifier: MIT

/// A folder of the host that is the root of another system: links in it mean places in it.
public struct HostRoot {
    private let folder: HostFolder

    /// Opens a folder.
    public init(_ path: String) throws(HostFileError) { folder = try HostFolder(path) }

    /// A path with all links in it followed, inside the folder: its parts are no links, as far as they are there.
    public func resolve(_ path: TreePath) throws(HostFileError) -> TreePath {
        var resolved = TreePath()
        var rest: [[UInt8]] = path.names.reversed().map(\.bytes)
        var links = 0
        while let part = rest.popLast() {
            if part == Array("..".utf8) {
                resolved = resolved.parent
                continue
            }
            guard let name = FileName(part) else { throw HostFileError(folder.shown(path), .linkCircle) }
            let next = resolved.appending(name)
            guard let status = try folder.status(of: next), status.isLink else {
                resolved = next
                continue
            }
            links += 1
            // As Linux: so many links are a circle.
            guard links <= 40 else { throw HostFileError(folder.shown(path), .linkCircle) }
            let target = try folder.linkTarget(of: next)
            if target.first == UInt8(ascii: "/") { resolved = TreePath() }
            rest += FileTree.parts(of: target).reversed()
        }
        return resolved
    }

    /// Makes a folder and its parents, as far as they are missing.
    public func makeFolders(_ path: TreePath) throws(HostFileError) {
        for count in 1...max(path.names.count, 1) {
            let part = TreePath(Array(path.names.prefix(count)))
            guard !part.names.isEmpty, try folder.status(of: part) == nil else { continue }
            try folder.makeFolder(part)
            try folder.setAttributes(part, FileAttributes(permissions: 0o755), withOwner: false, isLink: false)
        }
    }

    /// A path in the folder as the host knows it.
    public func hostPath(of path: TreePath) -> String {
        "\(folder.path)/\(String(decoding: path.bytes, as: UTF8.self))"
    }
}
