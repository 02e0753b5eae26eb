// SPDX-License-Identifier: MIT
import DiskImage
import DomainConfiguration
import FileTree
import Foundation
import MachineIdentity

/// The files of a clone. As long as they are not kept, they go with their last user.
final class CloneFiles {
    private var paths: [String] = []

    deinit { for path in paths { try? FileManager.default.removeItem(atPath: path) } }

    /// All is there.
    func keep() { paths = [] }

    /// A file of these bytes, which must not be there yet.
    func make(_ path: String, _ contents: [UInt8]) throws(CommandFailure) {
        try claim(path)
        try CommandFailure.asInput { () throws(HostFileError) in try CompleteFile.write(contents, to: path) }
    }

    /// An empty image over a disk, which takes what the copy writes.
    func makeOverlay(_ overlay: GuestClone.Overlay) throws(CommandFailure) {
        try claim(overlay.path)
        try CommandFailure.asInput { () throws(DiskImageError) in
            var options = CreationOptions()
            options.backing = BackingReference(
                name: overlay.backing, format: overlay.backingFormat == "raw" ? .raw : .qcow2)
            var opening = ImageOpening()
            opening.backing = .anywhere
            try ImageCreation.create(overlay.path, format: .qcow2, size: nil, options: options, opening: opening)
        }
    }

    /// A copy of an initial ramdisk, with an identity in it.
    func makeRamdisk(_ path: String, from original: String, _ identity: MachineID) throws(CommandFailure) {
        try claim(path)
        try CommandFailure.asInput { () throws(HostFileError) in
            let file = try CompleteFile(path: path)
            try file.append(try FileContents(hostFile: original))
            try file.finish()
        }
        try CommandFailure.asInput { () throws(MachineIDError) in try MachineIDStore.ramdisk(path: path).set(identity) }
    }

    /// Notes a file that is about to be made.
    func claim(_ path: String) throws(CommandFailure) {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw .input("\(path): is there already; choose another --name or --folder")
        }
        paths.append(path)
    }
}
