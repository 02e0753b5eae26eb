// SPDX-License-Identifier: MIT
import FileTree
import GuestPayload

/// Where a machine's identity is kept: a file of its own, the root folder of a system, or an initial ramdisk.
public enum MachineIDStore: Sendable {
    /// A file as `dbus-uuidgen --get=FILE` takes it. It need not be there.
    case file(path: String)
    /// The root folder of a system.
    case root(path: String)
    /// An initial ramdisk for Linux.
    case ramdisk(path: String)

    /// No file with an identity is longer; one that is, is a ramdisk.
    static let maximumFileSize = 1 << 16

    /// What is at a path. What is not there yet will be a file.
    public init(path: String) throws(MachineIDError) {
        if (try? HostRoot(path)) != nil {
            self = .root(path: path)
            return
        }
        do throws(HostFileError) {
            let start = try HostFile(reading: path).read(16, at: 0)
            self = RamdiskReader.isRamdisk(start) ? .ramdisk(path: path) : .file(path: path)
        } catch {
            if case .refused(_, errno: 2) = error.reason {
                self = .file(path: path)
            } else {
                throw MachineIDError(path, .host(error))
            }
        }
    }

    /// The identity that is there.
    public func get() throws(MachineIDError) -> MachineID {
        switch self {
        case .file(let path): try MachineIDFile(path: path).get()
        case .root(let path): try MachineIDRoot(path: path).get()
        case .ramdisk(let path): try MachineIDRamdisk(path: path).get()
        }
    }

    /// The identity that is there, made where there is none. One that is there is never changed.
    public func ensure() throws(MachineIDError) -> MachineID {
        switch self {
        case .file(let path): try MachineIDFile(path: path).ensure()
        case .root(let path): try MachineIDRoot(path: path).ensure()
        case .ramdisk(let path): try MachineIDRamdisk(path: path).ensure()
        }
    }

    /// Puts an identity in place of what is there.
    public func set(_ identity: MachineID) throws(MachineIDError) {
        switch self {
        case .file(let path): try MachineIDFile(path: path).set(identity)
        case .root(let path): try MachineIDRoot(path: path).set(identity)
        case .ramdisk(let path): try MachineIDRamdisk(path: path).set(identity)
        }
    }
}
