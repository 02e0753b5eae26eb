// SPDX-License-Identifier: MIT
import FileTree
import Testing

/// A path of a tree, which has to be one.
public func place(_ text: String) throws -> TreePath { try #require(TreePath(text)) }

extension FileTree {
    /// The kind of what is at a path, which has to be there.
    public func kind(_ path: String) throws -> Kind { try node(path).kind }

    /// What is at a path, which has to be there.
    public func node(_ path: String) throws -> Node { self[try #require(try find(try place(path)), "no \(path)")] }

    /// The bytes of a file.
    public func bytes(_ path: String) throws -> [UInt8] {
        guard case .file(let contents) = try kind(path) else {
            Issue.record("\(path) is no file")
            return []
        }
        return try contents.all(limit: 1 << 26)
    }

    /// Every path with all that is known of it, but for the numbers of nodes.
    public var facts: [String] {
        get throws {
            try [fact(TreePath(), root, 1)] + visits.map { try fact($0.path, $0.number, $0.linkCount) }
        }
    }

    private func fact(_ path: TreePath, _ number: Number, _ links: Int) throws -> String {
        var kind = "\(self[number].kind)"
        if case .file(let contents) = self[number].kind {
            kind = "file of \(contents.size), \(try contents.all(limit: 1 << 26).hashValue)"
        }
        let attributes = self[number].attributes
        let mode = String(attributes.permissions, radix: 8)
        return "\(path) \(mode) \(attributes.user) \(attributes.group) \(attributes.modificationTime) \(links) \(kind)"
    }
}
