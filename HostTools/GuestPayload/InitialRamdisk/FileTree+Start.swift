// SPDX-License-Identifier: MIT
import FileTree

extension FileTree {
    /// Adds what Linux needs to start the files of a container as its initial ramdisk: `/init`, and a console.
    ///
    /// The script mounts what programs expect, runs the command as the image says, and switches the machine off.
    /// - Parameters:
    ///   - command: the program and its arguments.
    ///   - environment: `NAME=VALUE` each.
    ///   - folder: where the program starts.
    /// - Throws: when the files have no shell that could run the script.
    public mutating func addStart(
        command: [String], environment: [String] = [], folder: String = "/"
    ) throws(FileTreeError) {
        guard let shell = TreePath("bin/sh"), try resolve(shell) != nil else {
            throw FileTreeError(TreePath(), .missing("bin/sh, which is to run the command"))
        }
        try add("init", .file(.bytes(Array(Self.script(command, environment, folder).utf8)[...])), 0o755)
        for name in ["proc", "sys", "dev"] { try addMissing(name, .folder, 0o755) }
        try addMissing("dev/console", .characterDevice(DeviceNumber(major: 5, minor: 1)), 0o600)
        try addMissing("dev/null", .characterDevice(DeviceNumber(major: 1, minor: 3)), 0o666)
    }

    /// Puts a script or program in as `/init`, which Linux starts first.
    public mutating func addInit(_ contents: [UInt8]) throws(FileTreeError) {
        try add("init", .file(.bytes(contents[...])), 0o755)
        try addMissing("dev", .folder, 0o755)
        try addMissing("dev/console", .characterDevice(DeviceNumber(major: 5, minor: 1)), 0o600)
    }

    private mutating func add(_ path: String, _ kind: Kind, _ permissions: UInt32) throws(FileTreeError) {
        guard let place = TreePath(path) else { return }
        try add(Node(kind, FileAttributes(permissions: permissions)), at: place)
    }

    private mutating func addMissing(_ path: String, _ kind: Kind, _ permissions: UInt32) throws(FileTreeError) {
        guard let place = TreePath(path), try resolve(place) == nil else { return }
        try add(path, kind, permissions)
    }

    /// The last lines end the guest by Linux itself, as not every container has `poweroff`: off, or else a restart, since a PVH
    /// guest without ACPI has nothing to be switched off by.
    private static func script(_ command: [String], _ environment: [String], _ folder: String) -> String {
        let variables = environment.compactMap { variable -> String? in
            guard let equals = variable.firstIndex(of: "=") else { return nil }
            let name = variable[..<equals]
            let isName = name.utf8.allSatisfy {
                $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & ~0x20)
            }
            return isName && !name.isEmpty
                ? "export \(name)=\(quoted(String(variable[variable.index(after: equals)...])))" : nil
        }
        return """
            #!/bin/sh
            mount -t proc proc /proc
            mount -t sysfs sysfs /sys
            mount -t devtmpfs devtmpfs /dev 2>/dev/null
            \(variables.joined(separator: "\n"))
            cd \(quoted(folder))
            \(command.map(quoted).joined(separator: " "))
            echo "init: the command ended with status $?"
            sync
            poweroff -f
            echo o >/proc/sysrq-trigger
            sleep 1
            echo b >/proc/sysrq-trigger
            while :; do sleep 1; done

            """
    }

    /// A word for the shell: nothing in single quotes has a meaning.
    private static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
