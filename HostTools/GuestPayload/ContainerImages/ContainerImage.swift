// SPDX-License-Identifier: MIT
import FileTree
import Foundation

/// A container image: the files that its layers give together, and what it runs.
///
/// Images come as an OCI image layout (a folder, or a tar archive of one) or as an archive of `docker save`. Every part is
/// checked against the digest by which it is named. Source: OCI image specification 1.1.
public struct ContainerImage: Sendable {
    /// The files.
    public let tree: FileTree
    /// The program that it runs, with its arguments; empty where the image names none.
    public let command: [String]
    /// Its environment, as `NAME=VALUE`.
    public let environment: [String]
    /// The folder in which it starts.
    public let workingFolder: String
    /// How many layers there are.
    public let layerCount: Int

    /// Whether these files are those of an image.
    static func isImage(_ files: FileTree) -> Bool {
        ["index.json", "manifest.json"].contains { name in
            TreePath(name).map { (try? files.find($0)) != nil } ?? false
        }
    }

    /// Reads the image that these files make up.
    /// - Parameters:
    ///   - source: how messages call it.
    ///   - name: which image, where there are several: a tag, or a name with a tag.
    init(_ files: FileTree, source: String, name: String?, progress: WorkProgress) throws(ArchiveError) {
        let parts = ContainerParts(files, source: source)
        let (configuration, layers) = try parts.image(named: name)
        let digests = configuration.rootFileSystem.layers
        guard digests.count == layers.count else {
            throw .image(source, rule: "has \(layers.count) layers, but digests for \(digests.count)")
        }
        if let architecture = configuration.architecture, architecture != "amd64" {
            throw .image(
                source, rule: "is for the architecture \"\(printable(architecture.utf8))\"; give one for amd64")
        }
        var tree = FileTree()
        for (index, layer) in layers.enumerated() {
            let archive = try ArchiveBytes(layer, name: "\(source), layer \(index + 1)")
            let digest = try parts.digest(of: archive.contents(0..<archive.count))
            guard digest.description == digests[index] else {
                throw .image(source, rule: "layer \(index + 1) unpacks to \(digest), which should be \(digests[index])")
            }
            try tree.apply(layer: archive)
            do throws(HostFileError) { try progress.advance(by: Int(clamping: layer.size)) } catch {
                throw .host(error)
            }
        }
        self.tree = tree
        let process = configuration.process
        command = (process?.entrypoint ?? []) + (process?.command ?? [])
        environment = process?.environment ?? []
        workingFolder = process?.workingFolder.flatMap { $0.isEmpty ? nil : $0 } ?? "/"
        layerCount = layers.count
    }
}

extension FileTree {
    /// Puts a layer over the files that there are: what it has replaces them, what it has crossed out goes.
    ///
    /// A file `.wh.NAME` crosses out `NAME`, and `.wh..wh..opq` all that its folder holds; both mean the layers below, wherever
    /// in the archive they stand (OCI image specification 1.1, "Whiteouts").
    mutating func apply(layer archive: ArchiveBytes) throws(ArchiveError) {
        let prefix = Array(".wh.".utf8)
        var members: [TarReader.Member] = []
        var reader = TarReader(archive)
        while let member = try reader.next() {
            guard let name = member.path.names.last, name.bytes.starts(with: prefix) else {
                members.append(member)
                continue
            }
            do throws(FileTreeError) {
                if name.bytes == Array(".wh..wh..opq".utf8) {
                    try empty(member.path.parent)
                } else if let hidden = FileName(name.bytes.dropFirst(prefix.count)) {
                    try remove(member.path.parent.appending(hidden))
                }
            } catch {
                throw .image(archive.name, rule: error.description)
            }
        }
        for member in members { try add(member, of: archive.name) }
    }
}
