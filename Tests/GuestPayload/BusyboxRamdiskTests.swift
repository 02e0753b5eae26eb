// SPDX-License-Identifier: MIT

import Foundation
import GuestPayload
import Testing

@Suite("Initial ramdisk with busybox")
struct BusyboxRamdiskTests {
    private let script = "#!/bin/sh\necho hello\n"

    /// An x86-64 program with one program header of the given type: 3 names a dynamic linker.
    private func program(headerType: UInt8) -> [UInt8] {
        var file = Array(repeating: UInt8(0), count: 64 + 56)
        file.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        file[18] = 62
        file[32] = 64
        file[54] = 56
        file[56] = 1
        file[64] = headerType
        return file
    }

    private func reason(_ busybox: [UInt8], script: String) -> InitialRamdiskError.Reason? {
        do throws(InitialRamdiskError) {
            _ = try InitialRamdisk(busybox: busybox, script: script)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("it has the program, its links, the script, and the nodes that Linux and the script need")
    func contents() throws {
        let busybox = program(headerType: 1)
        let listing = try ArchiveListing(InitialRamdisk(busybox: busybox, script: script, commands: ["sh"]).bytes)
        #expect(listing["bin/busybox"]?.contents == busybox)
        #expect(listing["bin/busybox"]?.fields["mode"] == 0o100755)
        #expect(listing["bin/sh"]?.contents == Array("busybox".utf8))
        #expect(listing["init"]?.contents == Array(script.utf8))
        #expect(listing["init"]?.fields["mode"] == 0o100755)
        for folder in ["bin", "dev", "proc", "sys", "tmp"] { #expect(listing[folder]?.fields["mode"] == 0o040755) }
        for node in ["dev/console", "dev/null", "dev/kmsg"] { #expect(listing[node]?.fields["size"] == 0) }
    }

    @Test("a program that could not be started is refused")
    func refused() {
        #expect(reason(program(headerType: 1), script: script) == nil)
        #expect(reason(program(headerType: 3), script: script) == .notStatic)
        #expect(reason([], script: script) == .notExecutable)
        #expect(reason(Array("#!/bin/sh".utf8), script: script) == .notExecutable)
        #expect(reason(program(headerType: 1), script: "echo hello") == .noInterpreter)
        for length in 0..<68 {
            #expect(reason(Array(program(headerType: 1).prefix(length)), script: script) == .notExecutable)
        }
    }

    @Test("the system's busybox runs out of what its own cpio unpacks")
    func unpacked() throws {
        guard let tool = SystemTool("busybox") else { return }
        let busybox = Array(try Data(contentsOf: URL(fileURLWithPath: tool.path)))
        guard reason(busybox, script: script) == nil else {
            print("\(tool.path) is not statically linked: the ramdisk with it is left out")
            return
        }
        let bytes = try InitialRamdisk(busybox: busybox, script: script).bytes
        let folder = FileManager.default.temporaryDirectory.appending(path: "apus-ramdisk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Device nodes need the superuser, so only the rest is unpacked.
        let names = ["bin", "bin/busybox", "bin/echo", "init"]
        let shell = try #require(SystemTool("sh"))
        let command = "cd '\(folder.path)' && '\(tool.path)' cpio -idm \(names.joined(separator: " "))"
        _ = try shell.run(["-c", command], input: bytes)
        let output = try shell.run(["-c", "'\(folder.path)/bin/echo' started"], input: [])
        #expect(String(decoding: output, as: UTF8.self) == "started\n")
        #expect(try String(contentsOf: folder.appending(path: "init"), encoding: .utf8) == script)
    }
}
