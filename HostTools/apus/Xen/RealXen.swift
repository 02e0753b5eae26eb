// SPDX-License-Identifier: MIT
import FileTree
import XenReference

/// Debian's Xen, as the commands use it.
enum RealXen {
    /// Xen, fetched if it is not there yet.
    static func installation() async throws(CommandFailure) -> XenInstallation {
        do throws(XenReferenceError) {
            return try await PackageFetcher(folder: Locations.built(XenPackages.folderName)).fetch(Terminal.progress)
        } catch {
            throw failure(error)
        }
    }

    /// The command's failure for such an error.
    static func failure(_ error: XenReferenceError) -> CommandFailure {
        switch error {
        case .emulator(.notFound): CommandFailure(.emulatorMissing, "\(error)")
        case .emulator: CommandFailure(.crash, "\(error)")
        case .interrupted: CommandFailure(.interrupted, "\(error)")
        case .missingProgram, .unknownPackages, .command, .damaged: .input("the real Xen is needed: \(error)")
        }
    }
}

extension Guest {
    /// The guest as a domain of the real Xen.
    func xenDomain() throws(CommandFailure) -> XenDomain {
        XenDomain(
            configuration, kernel: try kernel(named: "kernel").bytes(), ramdisk: try ramdisk(named: "ramdisk")?.bytes())
    }
}

extension BootModule {
    /// The module's contents, read from its file if it has one.
    func bytes() throws(CommandFailure) -> [UInt8] {
        try CommandFailure.asInput { () throws(HostFileError) in
            var bytes: [UInt8] = []
            try contents.forEachChunk { (chunk) throws(HostFileError) in bytes += chunk }
            return bytes
        }
    }
}
