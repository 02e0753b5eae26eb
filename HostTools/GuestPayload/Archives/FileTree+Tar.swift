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
            throw .malformed(archive: path, offset: 0, rule: Self.whatElse(archive))
        }
        var reader = TarReader(archive)
        while let member = try reader.next() { try add(member, of: path) }
    }

    /// What a file that is no tar archive may be instead, and what to do about it.
    private static func whatElse(_ archive: ArchiveBytes) -> String {
        let head = (try? archive.read(0, 6)) ?? []
        let packed = [("bzip2", Array("BZh".utf8)), ("lz4", [0x04, 0x22, 0x4D, 0x18])]
        if let (name, _) = packed.first(where: { head.starts(with: $0.1) }) {
            return "is packed with \(name); unpack it first. A tar archive may be packed with gzip, XZ, LZMA or zstd"
        }
        if head.starts(with: Array("0707".utf8)) || head.starts(with: [0xC7, 0x71]) {
            return "is a cpio archive, not a tar archive; unpack it into a folder, and name that"
        }
        return "is not a tar archive"
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
