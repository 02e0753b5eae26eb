// SPDX-License-Identifier: MIT
import FileTree

/// An identity in the root folder of a system, where systemd and D-Bus each look for it in a place of their own.
///
/// Often one place is a symbolic link to the other. Links are kept, and followed inside the folder only.
struct MachineIDRoot {
    let path: String

    /// The places, that of D-Bus first, as D-Bus reads them.
    private static let places = ["var/lib/dbus/machine-id", "etc/machine-id"]

    func get() throws(MachineIDError) -> MachineID {
        guard let identity = try known().compactMap(\.identity).first else { throw MachineIDError(path, .missing) }
        return identity
    }

    /// Makes both places say the same. An empty file is as good as none: systemd leaves one for the first start.
    func ensure() throws(MachineIDError) -> MachineID {
        let known = try known()
        let identities = known.compactMap(\.identity)
        if let one = identities.last, let other = identities.first, one != other {
            throw MachineIDError(path, .different(one, other))
        }
        let identity = identities.first ?? MachineID()
        for place in known where place.identity == nil { try write(identity, to: place.file) }
        return identity
    }

    func set(_ identity: MachineID) throws(MachineIDError) {
        for file in try files() { try write(identity, to: file) }
    }

    /// Each place's file, links followed, and what it holds.
    private func known() throws(MachineIDError) -> [(file: TreePath, identity: MachineID?)] {
        let root = try root()
        var known: [(file: TreePath, identity: MachineID?)] = []
        for file in try files() {
            let single = MachineIDFile(path: root.hostPath(of: file))
            let contents = try single.contents() ?? []
            known.append((file, contents.isEmpty ? nil : try single.read()))
        }
        return known
    }

    /// The files at the ends of the links.
    private func files() throws(MachineIDError) -> [TreePath] {
        let root = try root()
        var files: [TreePath] = []
        for place in Self.places {
            guard let place = TreePath(place) else { continue }
            do throws(HostFileError) { files.append(try root.resolve(place)) } catch {
                throw MachineIDError(path, .host(error))
            }
        }
        return files
    }

    private func write(_ identity: MachineID, to file: TreePath) throws(MachineIDError) {
        let root = try root()
        do throws(HostFileError) { try root.makeFolders(file.parent) } catch {
            throw MachineIDError(path, .host(error))
        }
        try MachineIDFile(path: root.hostPath(of: file)).set(identity)
    }

    private func root() throws(MachineIDError) -> HostRoot {
        do throws(HostFileError) { return try HostRoot(path) } catch { throw MachineIDError(path, .host(error)) }
    }
}
