// SPDX-License-Identifier: MIT
import Foundation
import Glibc

extension FileTree {
    /// What unpacking did.
    public struct UnpackReport: Sendable {
        /// Names that were made.
        public var count = 0
        /// Device nodes that were left out, as they were not asked for.
        public var omittedDevices: [TreePath] = []
    }

    /// Writes the tree into a folder of the host that is not there yet, or is empty. It appears when it is complete.
    ///
    /// Nothing is ever written through a link of the tree: links are made when everything else is there.
    /// - Parameter preserving: sets owners and the set-user-ID and set-group-ID bits and makes device nodes, for which one
    ///   has to be the superuser; else files belong to the user, and devices are left out.
    public func unpack(
        to path: String, preserving: Bool, progress: WorkProgress = .silent
    ) throws(HostFileError) -> UnpackReport {
        if let target = try? HostFolder(path), try !target.names(in: TreePath()).isEmpty {
            throw HostFileError(path, .exists)
        }
        let temporary = "\(path).\(getpid()).partial"
        // SAFETY: the strings are copied to C strings that live until the calls return.
        guard unsafe mkdir(temporary, 0o700) == 0 else { throw HostFileError(path, .refused("made", errno: errno)) }
        do throws(HostFileError) {
            let report = try fill(try HostFolder(temporary), preserving: preserving, progress)
            guard unsafe rename(temporary, path) == 0 else {
                throw HostFileError(path, .refused("given its name", errno: errno))
            }
            return report
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    private func fill(
        _ folder: HostFolder, preserving: Bool, _ progress: WorkProgress
    ) throws(HostFileError) -> UnpackReport {
        var report = UnpackReport()
        var made: [Number: TreePath] = [:]
        let visits = visits
        for visit in visits {
            if let first = made[visit.number] {
                try folder.makeHardLink(visit.path, to: first)
            } else if try make(visit, in: folder, preserving: preserving, progress) {
                made[visit.number] = visit.path
            }
        }
        for visit in visits {
            guard case .symbolicLink(let target) = self[visit.number].kind else { continue }
            try folder.makeLink(visit.path, to: target)
            try set(visit.path, visit.number, in: folder, preserving: preserving)
            made[visit.number] = visit.path
        }
        for visit in visits where made[visit.number] == nil { report.omittedDevices.append(visit.path) }
        // The deepest first, as each entry that is made changes its folder's time.
        for visit in visits.reversed() where self[visit.number].isFolder {
            try set(visit.path, visit.number, in: folder, preserving: preserving)
        }
        try set(TreePath(), root, in: folder, preserving: preserving)
        report.count = visits.count - report.omittedDevices.count
        return report
    }

    /// Makes what is no link. False when it was left out, or waits until everything else is there.
    private func make(
        _ visit: Visit, in folder: HostFolder, preserving: Bool, _ progress: WorkProgress
    ) throws(HostFileError) -> Bool {
        let node = self[visit.number]
        switch node.kind {
        case .symbolicLink: return false
        case .folder:
            try folder.makeFolder(visit.path)
            return true
        case .file(let contents):
            try folder.makeFile(visit.path, contents, progress: progress)
        case .characterDevice(let device):
            guard preserving else { return false }
            try folder.makeNode(visit.path, mode: S_IFCHR, device)
        case .blockDevice(let device):
            guard preserving else { return false }
            try folder.makeNode(visit.path, mode: S_IFBLK, device)
        case .pipe: try folder.makeNode(visit.path, mode: S_IFIFO, DeviceNumber(major: 0, minor: 0))
        case .socket: try folder.makeNode(visit.path, mode: S_IFSOCK, DeviceNumber(major: 0, minor: 0))
        }
        try set(visit.path, visit.number, in: folder, preserving: preserving)
        return true
    }

    private func set(
        _ path: TreePath, _ number: Number, in folder: HostFolder, preserving: Bool
    ) throws(HostFileError) {
        var isLink = false
        if case .symbolicLink = self[number].kind { isLink = true }
        try folder.setAttributes(path, self[number].attributes, withOwner: preserving, isLink: isLink)
    }
}
