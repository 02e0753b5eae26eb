// SPDX-License-Identifier: MIT
import Foundation

/// Fetches Debian packages and unpacks them into a folder, once. Nothing is installed, and nobody need be root.
public struct PackageFetcher: Sendable {
    /// The folder that is to hold the installation: it appears under its name only when it is complete.
    public var folder: String
    /// Where apt-get, apt-cache and dpkg are looked for; nil for the PATH.
    var programs: String?

    /// A fetcher into a folder, which need not exist.
    public init(folder: String) { self.folder = folder }

    /// The installation: the one that is there, if it was made of the same list of packages, or a new one.
    /// - Parameter progress: is told what takes long.
    public func fetch(_ progress: (String) -> Void) async throws(XenReferenceError) -> XenInstallation {
        if let ready = XenInstallation(in: folder) { return ready }
        let staging = "\(folder).\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: staging) }
        try Self.makeFolder("\(staging)/packages")
        let packages = [XenPackages.hypervisor, try await kernelPackage()] + XenPackages.tools
        progress("fetching \(packages.count) Debian packages of Xen 4.17 and its control domain, about 80 MB")
        do throws(XenReferenceError) {
            try await run("apt-get", ["-q", "download"] + packages, in: "\(staging)/packages")
        } catch .command(_, let said) where said.contains("Unable to locate") || said.contains("No candidate") {
            throw .unknownPackages(said)
        }
        progress("unpacking them into \(folder)")
        let files = try Self.names(in: "\(staging)/packages").filter { $0.hasSuffix(".deb") }
        for file in files { try await run("dpkg", ["-x", "packages/\(file)", "root"], in: staging) }
        try await unpackHypervisor(in: staging)
        try XenInstallation.complete(staging, packages: files)
        try move(staging)
        guard let installation = XenInstallation(in: folder) else {
            throw .damaged(path: folder, reason: "it vanished while it was made")
        }
        return installation
    }

    /// The package that the kernel's meta-package stands for today.
    private func kernelPackage() async throws(XenReferenceError) -> String {
        let depends = try await run("apt-cache", ["depends", XenPackages.kernel], in: nil)
        for line in depends.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "Depends:", words[1].hasPrefix("linux-image-") { return String(words[1]) }
        }
        throw .unknownPackages(XenPackages.kernel)
    }

    /// The hypervisor comes packed by gzip, which QEMU's loader does not read.
    private func unpackHypervisor(in staging: String) async throws(XenReferenceError) {
        let boot = "\(staging)/root/boot"
        guard let packed = try Self.names(in: boot).first(where: { $0.hasPrefix("xen-") && $0.hasSuffix(".gz") }) else {
            throw .damaged(path: boot, reason: "the packages hold no hypervisor")
        }
        try await run("gzip", ["-d", packed], in: boot)
    }

    @discardableResult
    private func run(_ program: String, _ arguments: [String], in folder: String?) async throws(XenReferenceError)
        -> String
    {
        let path = programs.map { "\($0)/\(program)" } ?? program
        return try await Command(program: path, arguments: arguments, folder: folder).run()
    }

    /// Puts the finished folder into its place. Another process may have been quicker: then its work is as good.
    private func move(_ staging: String) throws(XenReferenceError) {
        if XenInstallation(in: folder) != nil { return }
        do {
            if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
            try FileManager.default.moveItem(atPath: staging, toPath: folder)
        } catch {
            if XenInstallation(in: folder) == nil { throw .damaged(path: folder, reason: error.localizedDescription) }
        }
    }

    private static func makeFolder(_ path: String) throws(XenReferenceError) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw .damaged(path: path, reason: error.localizedDescription)
        }
    }

    private static func names(in folder: String) throws(XenReferenceError) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            throw .damaged(path: folder, reason: error.localizedDescription)
        }
    }
}
