// SPDX-License-Identifier: MIT
import Foundation

/// Xen and all that its control domain needs, unpacked in a folder.
public struct XenInstallation: Sendable, Equatable {
    /// The folder that holds it.
    let folder: String
    /// The version of Debian's package, such as `4.17.7+13-g2445b30a44-0+deb12u1`.
    public let version: String

    /// The hypervisor: a 32-bit multiboot ELF.
    var hypervisor: String { "\(folder)/xen.elf" }
    /// The kernel of the control domain.
    var kernel: String { "\(folder)/vmlinuz" }
    /// The unpacked packages.
    var root: String { "\(folder)/root" }

    /// A module of the kernel.
    func module(_ name: String) -> String { "\(folder)/modules/\(name).ko" }

    /// The name of the list of packages that is written last: with it the installation is complete.
    private static let listName = "packages.list"

    /// The installation in a folder; nil if there is none, or one that was made of other packages.
    public init?(in folder: String) {
        guard let list = try? String(contentsOfFile: "\(folder)/\(Self.listName)", encoding: .utf8) else { return nil }
        let lines = list.split(separator: "\n")
        let wanted = [XenPackages.hypervisor] + XenPackages.tools
        guard wanted.allSatisfy({ name in lines.contains { $0.hasPrefix("\(name)_") } }),
            let hypervisor = lines.first(where: { $0.hasPrefix("\(XenPackages.hypervisor)_") })
        else { return nil }
        self.folder = folder
        // A package's file is NAME_VERSION_ARCHITECTURE.deb, with %3a for a colon.
        version = hypervisor.split(separator: "_").dropFirst().first.map(String.init) ?? "unknown"
    }

    /// Puts what was unpacked into its places, throws the rest away, and writes the list.
    /// - Parameter packages: the packages' files, in the folder `packages`.
    static func complete(_ folder: String, packages: [String]) throws(XenReferenceError) {
        let files = FileManager.default
        do {
            let boot = "\(folder)/root/boot"
            for (prefix, place) in [("xen-", "xen.elf"), ("vmlinuz-", "vmlinuz")] {
                let name = try files.contentsOfDirectory(atPath: boot).sorted().first {
                    $0.hasPrefix(prefix) && !$0.hasSuffix(".efi") && !$0.hasSuffix(".config")
                }
                guard let name else { throw XenReferenceError.damaged(path: boot, reason: "it holds no \(prefix)…") }
                try files.moveItem(atPath: "\(boot)/\(name)", toPath: "\(folder)/\(place)")
            }
            try files.createDirectory(atPath: "\(folder)/modules", withIntermediateDirectories: false)
            for name in XenPackages.modules {
                let path = try find("\(name).ko", below: "\(folder)/root/lib/modules")
                try files.moveItem(atPath: path, toPath: "\(folder)/modules/\(name).ko")
            }
            // Most of what was unpacked: the other modules of the kernel.
            try files.removeItem(atPath: "\(folder)/root/lib/modules")
            try files.removeItem(atPath: "\(folder)/packages")
            try Data((packages.joined(separator: "\n") + "\n").utf8)
                .write(to: URL(fileURLWithPath: "\(folder)/\(listName)"))
        } catch let error as XenReferenceError {
            throw error
        } catch {
            throw .damaged(path: folder, reason: error.localizedDescription)
        }
    }

    /// The path of a program of the control domain, wherever its package puts it.
    func program(_ name: String) throws(XenReferenceError) -> String {
        for place in ["usr/lib/xen-4.17/bin", "usr/bin", "bin"] {
            let path = "\(root)/\(place)/\(name)"
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        throw .damaged(path: root, reason: "it holds no \(name)")
    }

    /// The bytes of a file of the installation.
    static func read(_ path: String) throws(XenReferenceError) -> [UInt8] {
        do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw .damaged(path: path, reason: error.localizedDescription)
        }
    }

    private static func find(_ name: String, below folder: String) throws(XenReferenceError) -> String {
        let paths = FileManager.default.enumerator(atPath: folder)
        while let path = paths?.nextObject() as? String {
            if path.hasSuffix("/\(name)") { return "\(folder)/\(path)" }
        }
        throw .damaged(path: folder, reason: "it holds no \(name)")
    }
}
