// SPDX-License-Identifier: MIT
import FileTree
import GuestPayload

/// An identity in an initial ramdisk.
///
/// What is there stays as it is, to the byte, compressed or not: a small archive that holds nothing but the identity is put
/// behind it, and Linux takes of each file what comes last. Another such archive takes the place of the first.
struct MachineIDRamdisk {
    let path: String

    private static let places = ["etc/machine-id", "var/lib/dbus/machine-id"]

    func get() throws(MachineIDError) -> MachineID {
        guard let identity = try identity(in: try read().reader.tree) else { throw MachineIDError(path, .missing) }
        return identity
    }

    func ensure() throws(MachineIDError) -> MachineID {
        if let identity = try identity(in: try read().reader.tree) { return identity }
        let identity = MachineID()
        try set(identity)
        return identity
    }

    func set(_ identity: MachineID) throws(MachineIDError) {
        let (contents, reader) = try read()
        var kept = contents[...]
        // Zeros end what is compressed by LZ4, and an archive must begin at a multiple of 4.
        var padding = 512 - contents.count % 512
        if let last = reader.parts.last, reader.parts.count > 1, Self.isOurs(last) {
            kept = contents[..<last.range.lowerBound]
            padding = 0
        }
        do throws(HostFileError) {
            let archive = try RamdiskWriter(try addition(identity, to: reader.tree)).bytes()
            let file = try CompleteFile(path: path)
            try file.append(kept)
            try file.append([UInt8](repeating: 0, count: padding))
            try file.append(archive)
            try file.finish()
        } catch {
            throw MachineIDError(path, .host(error))
        }
    }

    /// The files to add: the identity in each place where the system looks for it, in folders like those that are there.
    private func addition(_ identity: MachineID, to tree: FileTree) throws(HostFileError) -> FileTree {
        var added = FileTree()
        for (index, place) in Self.places.enumerated() {
            guard let place = TreePath(place) else { continue }
            let file = try? tree.find(place)
            // The second place is written where it has a file of its own. A link leads to the first.
            guard index == 0 || file.map({ Self.isFile(tree[$0]) }) == true else { continue }
            for count in 1..<place.names.count {
                let folder = TreePath(Array(place.names[..<count]))
                let known = (try? tree.find(folder)).map { tree[$0].attributes }
                _ = try? added.add(
                    FileTree.Node(.folder, known ?? FileAttributes(permissions: 0o755)), at: folder)
            }
            let node = FileTree.Node(.file(.bytes(identity.fileContents[...])), FileAttributes(permissions: 0o444))
            _ = try? added.add(node, at: place)
        }
        return added
    }

    private static func isFile(_ node: FileTree.Node) -> Bool {
        if case .file = node.kind { return true }
        return false
    }

    /// Whether a part holds nothing but an identity.
    private static func isOurs(_ part: RamdiskReader.Part) -> Bool {
        let files = part.tree.visits.filter { !part.tree[$0.number].isFolder }
        return part.compression == nil && !files.isEmpty
            && files.allSatisfy { places.contains(String(decoding: $0.path.bytes, as: UTF8.self)) }
    }

    private func identity(in tree: FileTree) throws(MachineIDError) -> MachineID? {
        for place in Self.places {
            guard let place = TreePath(place), let number = try? tree.resolve(place),
                case .file(let contents) = tree[number].kind, contents.size > 0
            else { continue }
            let bytes: [UInt8]
            do throws(HostFileError) { bytes = try contents.all(limit: MachineIDStore.maximumFileSize) } catch {
                throw MachineIDError(path, .host(error))
            }
            do throws(MachineIDError.Reason) { return try MachineID(fileContents: bytes) } catch {
                throw MachineIDError("\(path): \(place)", error)
            }
        }
        return nil
    }

    private func read() throws(MachineIDError) -> (contents: [UInt8], reader: RamdiskReader) {
        let contents: [UInt8]
        do throws(HostFileError) { contents = try HostFile.contents(of: path, limit: RamdiskReader.maximumSize) } catch
        {
            throw MachineIDError(path, .host(error))
        }
        do throws(RamdiskReaderError) {
            return (contents, try RamdiskReader(contents: contents, name: path))
        } catch {
            throw MachineIDError(path, .ramdisk(error.description))
        }
    }
}
