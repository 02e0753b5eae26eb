// SPDX-License-Identifier: MIT

/// A file system in memory: folders, files, links, device nodes, with their owners, modes and times.
///
/// What reads files (a folder of the host, a tar archive, a container's layers, an optical image) makes such a tree, and
/// what writes files (an optical image, an initial ramdisk, a folder of the host) takes one. As in a file system, a
/// folder has names for nodes, and a node that has several names is a file with hard links.
public struct FileTree: Sendable {
    /// A node's number; 0 is the root.
    public typealias Number = Int

    /// A file of any kind, without its names.
    public struct Node: Sendable {
        /// Owner, mode and time.
        public var attributes: FileAttributes
        /// What it is.
        public var kind: Kind
        /// The names in a folder; nothing else has any.
        public fileprivate(set) var entries: [FileName: Number] = [:]

        /// A node of this kind.
        public init(_ kind: Kind, _ attributes: FileAttributes) {
            self.kind = kind
            self.attributes = attributes
        }

        /// Whether it is a folder.
        public var isFolder: Bool { kind == .folder }
    }

    /// What a node can be.
    public enum Kind: Hashable, Sendable {
        case folder
        case file(FileContents)
        /// The target's bytes stand as they were written.
        case symbolicLink([UInt8])
        case characterDevice(DeviceNumber)
        case blockDevice(DeviceNumber)
        case pipe
        case socket
    }

    /// No tree has more nodes.
    public static let maximumCount = 1 << 20
    /// No tree is deeper, in folders.
    public static let maximumDepth = 512

    private(set) var nodes: [Node]

    /// A tree with nothing but its root.
    public init(root: FileAttributes = FileAttributes(permissions: 0o755)) {
        nodes = [Node(.folder, root)]
    }

    /// The node of a number that the tree has handed out.
    public subscript(number: Number) -> Node {
        get { nodes[number] }
        set { nodes[number] = newValue }
    }

    /// The number of the root.
    public var root: Number { 0 }

    /// The names in a folder, in the order of their bytes.
    public func entries(of folder: Number) -> [(name: FileName, node: Number)] {
        nodes[folder].entries.map { (name: $0.key, node: $0.value) }.sorted { $0.name < $1.name }
    }

    /// Puts a node into a folder that does not have the name yet.
    /// - Returns: its number; nil when the tree is full.
    public mutating func insert(_ node: Node, name: FileName, in folder: Number) -> Number? {
        guard nodes.count < Self.maximumCount else { return nil }
        let number = store(node)
        setEntry(name, in: folder, to: number)
        return number
    }

    /// Stores a node that has no name yet.
    mutating func store(_ node: Node) -> Number {
        nodes.append(node)
        return nodes.count - 1
    }

    /// Takes everything out of a folder.
    mutating func removeEntries(of folder: Number) { nodes[folder].entries = [:] }

    /// Gives a node a name in a folder, or takes the name away. A folder must have no more than one name.
    public mutating func setEntry(_ name: FileName, in folder: Number, to node: Number?) {
        nodes[folder].entries[name] = node
    }
}

extension FileTree.Kind {
    /// The bits of `st_mode` that tell the kind of a file (`stat(2)`).
    public var typeBits: UInt32 {
        switch self {
        case .folder: 0o040000
        case .file: 0o100000
        case .symbolicLink: 0o120000
        case .characterDevice: 0o020000
        case .blockDevice: 0o060000
        case .pipe: 0o010000
        case .socket: 0o140000
        }
    }
}
