// SPDX-License-Identifier: MIT
import DomainConfiguration
import Foundation

/// What is to be booted: the domains, and the modules that hold the manifest, their kernels and their ramdisks.
struct BootPlan {
    let domains: [DomainConfiguration]
    /// The manifest first, then each domain's kernel and ramdisk.
    let modules: [BootModule]

    /// Puts checked guests together.
    /// - Throws: when they cannot be started beside each other.
    init(_ guests: [Guest]) throws(CommandFailure) {
        var modules: [BootModule] = []
        var entries: [ManifestEncoder.Entry] = []
        // The manifest is module 0.
        for (index, guest) in guests.enumerated() {
            modules.append(guest.kernel(named: "kernel\(index + 1)"))
            let kernelModule = modules.count
            if let ramdisk = guest.ramdisk(named: "ramdisk\(index + 1)") { modules.append(ramdisk) }
            entries.append(
                ManifestEncoder.Entry(
                    domain: guest.configuration, kernelModule: kernelModule,
                    ramdiskModule: guest.hasRamdisk ? modules.count : nil))
        }
        let manifest = try CommandFailure.asInput { () throws(ManifestEncoderError) in
            try ManifestEncoder.encode(entries, moduleCount: modules.count + 1)
        }
        self.modules = [BootModule(name: "manifest", contents: .bytes(manifest[...]), size: manifest.count)] + modules
        domains = guests.map(\.configuration)
    }

    /// MiB that the domains and the modules take, and what the hypervisor and firmware need beside them.
    var requiredMemory: Int {
        let moduleBytes = modules.reduce(0) { $0 + $1.size }
        return domains.reduce(0) { $0 + $1.memory } + (moduleBytes >> 20) + 64
    }

    /// MiB for the emulated machine: what was asked for, if that is enough, else enough.
    func memory(asked: Int?) throws(CommandFailure) -> Int {
        guard let asked else { return max(512, (requiredMemory + 127) / 128 * 128) }
        guard asked >= requiredMemory else {
            throw .input("--memory \(asked): too little; these domains need \(requiredMemory) MiB or more")
        }
        return asked
    }

    /// The modules as files of their own, for QEMU: links where they are files already, so that no odd name matters.
    func files(in folder: TemporaryFolder) throws(CommandFailure) -> [String] {
        var paths: [String] = []
        for module in modules {
            let path = folder.file(module.name)
            switch module.contents {
            case .bytes(let bytes): try InputFile.write(Array(bytes), to: path)
            case .file(let original, _), .parts(let original, _): try Self.link(path, to: original)
            }
            paths.append(path)
        }
        return paths
    }

    private static func link(_ path: String, to original: String) throws(CommandFailure) {
        let target = URL(fileURLWithPath: original).standardizedFileURL.path
        do { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target) } catch {
            throw .input("\(path): cannot be made: \(error.localizedDescription)")
        }
    }
}
