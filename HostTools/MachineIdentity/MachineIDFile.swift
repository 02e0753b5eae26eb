// SPDX-License-Identifier: MIT
import FileTree

/// An identity in a file of its own, read and written as dbus-uuidgen does it.
struct MachineIDFile {
    let path: String

    func get() throws(MachineIDError) -> MachineID {
        guard let identity = try read() else { throw MachineIDError(path, .missing) }
        return identity
    }

    /// A file that is there but holds no identity is an error: who made it may need what is in it.
    func ensure() throws(MachineIDError) -> MachineID {
        if let identity = try read() { return identity }
        let identity = MachineID()
        try set(identity)
        return identity
    }

    func set(_ identity: MachineID) throws(MachineIDError) {
        do throws(HostFileError) {
            try CompleteFile.write(identity.fileContents, to: path, permissions: 0o644)
        } catch {
            throw MachineIDError(path, .host(error))
        }
    }

    /// The identity; nil where there is no file.
    func read() throws(MachineIDError) -> MachineID? {
        guard let contents = try contents() else { return nil }
        do throws(MachineIDError.Reason) { return try MachineID(fileContents: contents) } catch {
            throw MachineIDError(path, error)
        }
    }

    /// What the file holds; nil where there is none.
    func contents() throws(MachineIDError) -> [UInt8]? {
        do throws(HostFileError) {
            return try HostFile.contents(of: path, limit: MachineIDStore.maximumFileSize)
        } catch {
            if case .refused(_, errno: 2) = error.reason { return nil }
            throw MachineIDError(path, .host(error))
        }
    }
}
