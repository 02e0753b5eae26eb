// SPDX-License-Identifier: MIT
import GuestPayload

/// The initial ramdisk of the control domain: Linux, busybox and Xen's tools, and the guests that they are to start.
struct ControlDomain {
    let installation: XenInstallation
    let groups: [XenGroup]

    /// The commands that the script uses.
    private static let commands = [
        "sh", "awk", "cat", "echo", "grep", "insmod", "killall", "ln", "mkdir", "mount", "poweroff", "sed",
        "sleep",
        "timeout", "touch",
    ]

    private static let executable = InitialRamdisk.Attributes(permissions: 0o755)

    /// The archive. It is not compressed: in an emulated machine copying is quicker than unpacking.
    func ramdisk() throws(XenReferenceError) -> [UInt8] {
        let busybox = try XenInstallation.read(try installation.program("busybox"))
        let files = try tools()
        do throws(InitialRamdiskError) {
            var ramdisk = try InitialRamdisk(busybox: busybox, script: Self.script, commands: Self.commands)
            for folder in ["lib", "lib64", "modules", "guests"] { try ramdisk.addFolder(folder) }
            for (path, contents) in files {
                try ramdisk.addFile(path, contents: contents, attributes: Self.executable)
            }
            try addGuests(to: &ramdisk)
            return ramdisk.bytes
        } catch {
            throw .damaged(path: installation.folder, reason: error.description)
        }
    }

    /// Programs, libraries and modules, by their paths in the ramdisk.
    private func tools() throws(XenReferenceError) -> [(path: String, contents: [UInt8])] {
        var sources: [(path: String, source: String)] = []
        var libraries = SharedLibraries(below: installation.root)
        for name in XenPackages.programs {
            let program = try installation.program(name)
            sources.append(("bin/\(name)", program))
            try libraries.addNeeds(of: program)
        }
        // The C library loads it when a thread is cancelled, as xl does.
        try libraries.add("libgcc_s.so.1")
        try libraries.add(SharedLibraries.loader)
        for (name, path) in libraries.found.sorted(by: { $0.key < $1.key }) {
            sources.append((name == SharedLibraries.loader ? "lib64/\(name)" : "lib/\(name)", path))
        }
        sources += XenPackages.modules.map { ("modules/\($0).ko", installation.module($0)) }
        var files: [(path: String, contents: [UInt8])] = []
        for (path, source) in sources { files.append((path, try XenInstallation.read(source))) }
        return files
    }

    /// The guests' kernels and configurations, and the plan: for each group its limit in seconds and its domains.
    private func addGuests(to ramdisk: inout InitialRamdisk) throws(InitialRamdiskError) {
        var plan = ""
        for (group, members) in groups.enumerated() {
            plan += String(members.limit)
            for (index, domain) in members.domains.enumerated() {
                let name = "group\(group + 1)-\(index + 1)"
                plan += " \(name)"
                try ramdisk.addFile("guests/\(name).kernel", contents: domain.kernel)
                if let bytes = domain.ramdisk { try ramdisk.addFile("guests/\(name).ramdisk", contents: bytes) }
                try ramdisk.addFile("guests/\(name).cfg", contents: Array(domain.xlConfiguration(named: name).utf8))
            }
            plan += "\n"
        }
        try ramdisk.addFile("guests/plan", contents: Array(plan.utf8))
    }
}
