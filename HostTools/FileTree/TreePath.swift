// SPDX-License-Identifier: MIT

/// A path from the root of a tree of files: names, and nothing that leads out of it.
public struct TreePath: Hashable, Sendable, CustomStringConvertible {
    /// The names from the root on; none for the root itself.
    public var names: [FileName]

    /// No path is longer, in bytes, as on Linux.
    public static let maximumLength = 4095

    /// The path of these names.
    public init(_ names: [FileName] = []) { self.names = names }

    /// Reads a path. Slashes at the ends and between, and parts that are `.`, mean nothing.
    /// - Returns: nil when a part is `..` or no file's name, or the path too long.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.maximumLength else { return nil }
        var names: [FileName] = []
        for part in bytes.split(separator: UInt8(ascii: "/")) where !part.elementsEqual([UInt8(ascii: ".")]) {
            guard let name = FileName(part) else { return nil }
            names.append(name)
        }
        self.names = names
    }

    /// Reads a path of text.
    public init?(_ text: some StringProtocol) { self.init(Array(text.utf8)) }

    /// The path of a name in this folder.
    public func appending(_ name: FileName) -> TreePath { TreePath(names + [name]) }

    /// The folder that this lies in; the root for the root.
    public var parent: TreePath { TreePath(Array(names.dropLast())) }

    /// The bytes without a slash in front: `etc/passwd`.
    public var bytes: [UInt8] { Array(names.map(\.bytes).joined(separator: [UInt8(ascii: "/")])) }

    /// The path for people, with a slash in front.
    public var description: String { "/" + names.map(\.description).joined(separator: "/") }
}
