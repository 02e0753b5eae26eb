// SPDX-License-Identifier: MIT

/// Why something cannot be put into a tree of files, or found there.
public struct FileTreeError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The path inside the tree.
    public let path: TreePath

    /// What is wrong with it.
    public let reason: Reason

    init(_ path: TreePath, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// What can be wrong.
    public enum Reason: Equatable, Sendable {
        /// The root can only be a folder.
        case rootIsFolder
        /// A name on the way is not a folder.
        case notFolder
        /// More than 40 links were followed.
        case linkCircle
        /// There are more folders in each other than any use has.
        case tooDeep
        /// There are more files than any use has.
        case tooMany
        /// A hard link names a file that is not there.
        case noLinkTarget(TreePath)
        /// A hard link names a folder.
        case linkToFolder(TreePath)
    }

    /// `path: what is wrong`.
    public var description: String { "\(path): \(message)" }

    private var message: String {
        switch reason {
        case .rootIsFolder: "the root must be a folder"
        case .notFolder: "is used as a folder, but is none"
        case .linkCircle: "symbolic links lead in a circle"
        case .tooDeep: "lies more than \(FileTree.maximumDepth) folders deep"
        case .tooMany: "is one too many: a tree has at most \(FileTree.maximumCount) files"
        case .noLinkTarget(let target): "a hard link to \(target), which is not there"
        case .linkToFolder(let target): "a hard link to \(target), which is a folder"
        }
    }
}
