// SPDX-License-Identifier: MIT
import FileTree

extension FileTree {
    /// The files of a tar archive of the host, compressed or not.
    public init(tar path: String) throws(ArchiveError) {
        let contents: FileContents
        do throws(HostFileError) { contents = try FileContents(hostFile: path) } catch { throw .host(error) }
        self.init()
        let archive = try ArchiveBytes(contents, name: path)
        guard TarReader.isArchive(archive) else {
            throw .malformed(archive: path, offset: 0, rule: "is not a tar archive")
        }
        var reader = TarReader(archive)
        while let member = try reader.next() { try add(member, of: path) }
    }

    /// Adds a member of an archive.
    mutating func add(_ member: TarReader.Member, of archive: String) throws(ArchiveError) {
        do throws(FileTreeError) {
            switch member.what {
            case .node(let kind): try add(Node(kind, member.attributes), at: member.path)
            case .hardLink(let target): try link(member.path, to: target)
            }
        } catch {
            throw .image(archive, rule: error.description)
        }
    }
}
