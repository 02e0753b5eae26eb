// SPDX-License-Identifier: MIT
import FileTree
import Foundation

/// Where the files of a guest come from: a folder, a tar archive, or a container image. Which of them shows in what is there.
public enum FileSource: Sendable {
    case folder(FileTree)
    case archive(FileTree)
    case image(ContainerImage)

    /// Reads what is at a path of the host.
    /// - Parameter imageName: which image, where there are several.
    public init(path: String, imageName: String? = nil, progress: WorkProgress = .silent) throws(ArchiveError) {
        var isFolder: ObjCBool = false
        // SAFETY: the flag lives until the call returns.
        _ = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let files: FileTree
        if isFolder.boolValue {
            do throws(HostFileError) { files = try FileTree(folder: path) } catch { throw .host(error) }
        } else {
            files = try FileTree(tar: path)
        }
        if ContainerImage.isImage(files) {
            self = .image(try ContainerImage(files, source: path, name: imageName, progress: progress))
        } else {
            self = isFolder.boolValue ? .folder(files) : .archive(files)
        }
    }

    /// The files.
    public var tree: FileTree {
        switch self {
        case .folder(let tree), .archive(let tree): tree
        case .image(let image): image.tree
        }
    }
}
