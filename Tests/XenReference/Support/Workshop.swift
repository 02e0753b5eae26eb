// SPDX-License-Identifier: MIT
import Foundation

@testable import XenReference

/// A folder for one test, with programs that stand in for apt-get, apt-cache, dpkg, gzip and QEMU.
final class Workshop {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "apus-xen-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Where the programs lie.
    var programs: String { "\(folder)/programs" }

    /// Writes a program, a shell script.
    @discardableResult
    func program(_ name: String, _ script: String) throws -> String {
        let path = "\(programs)/\(name)"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// Programs that fetch and unpack as Debian's do: each package is a file, each unpacks to what `XenInstallation` looks for.
    func installPrograms() throws {
        try program("apt-cache", "echo '  Depends: linux-image-6.1.0-99-amd64'")
        try program(
            "apt-get",
            """
            echo "$@" >>'\(folder)/fetched'
            shift 2
            for name; do echo >"${name}_4.17.7+1_amd64.deb"; done
            """)
        try program(
            "dpkg",
            """
            mkdir -p "$3/boot" "$3/lib/modules/6.1/drivers"
            case $2 in
            */xen-hypervisor*) echo xen >"$3/boot/xen-4.17-amd64.gz"; touch "$3/boot/xen-4.17-amd64.config" ;;
            */linux-image*)
                echo linux >"$3/boot/vmlinuz-6.1"
                for module in xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs other; do
                    echo $module >"$3/lib/modules/6.1/drivers/$module.ko"
                done ;;
            esac
            """)
        try program("gzip", "mv \"$2\" \"${2%.gz}\"")
    }

    /// A fetcher that uses them.
    var fetcher: PackageFetcher {
        var fetcher = PackageFetcher(folder: "\(folder)/xen-reference")
        fetcher.programs = programs
        return fetcher
    }

    /// The names in a folder of the installation.
    func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/xen-reference/\(path)").sorted()
    }
}
