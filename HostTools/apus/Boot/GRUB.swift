// SPDX-License-Identifier: MIT
import Emulator
import Foundation
import OpticalImage
import Subprocess

/// The boot loader of an ISO, made of GRUB's parts as Debian packages them.
enum GRUB {
    /// Where grub-pc-bin puts GRUB's parts for PCs with a BIOS.
    static let folder = "/usr/lib/grub/i386-pc"

    /// What the core needs: disks, the ISO's file system, the multiboot loader, a script on a serial console.
    static let modules = [
        "biosdisk", "iso9660", "part_msdos", "multiboot", "normal", "echo", "serial", "terminal", "boot", "iorw",
    ]

    /// Makes the core image and takes the boot record beside it.
    static func bootLoader(in temporary: TemporaryFolder) async throws(CommandFailure) -> BootLoader {
        let core = temporary.file("core.img")
        try await makeCore(core)
        do throws(OpticalImageError) {
            return try BootLoader(
                core: try readPart(core), masterBootRecord: try readPart("\(folder)/boot_hybrid.img"))
        } catch {
            throw .input("\(error)")
        }
    }

    private static func readPart(_ path: String) throws(OpticalImageError) -> [UInt8] {
        do throws(CommandFailure) { return try InputFile.read(path) } catch {
            throw .bootLoader(reason: error.message)
        }
    }

    private static func makeCore(_ path: String) async throws(CommandFailure) {
        let arguments = ["-O", "i386-pc-eltorito", "-d", folder, "-p", "/boot/grub", "-o", path] + modules
        let advice = "install the packages grub-common and grub-pc-bin (make install)"
        do {
            let result = try await Subprocess.run(
                .name("grub-mkimage"), arguments: Arguments(arguments), output: .discarded,
                error: .string(limit: 65_536))
            guard result.terminationStatus.isSuccess else {
                throw CommandFailure.input("grub-mkimage failed; \(advice): \(result.standardError)")
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw Task.isCancelled
                ? CommandFailure(.interrupted, "interrupted") : .input("grub-mkimage cannot be run; \(advice)")
        }
    }

    /// The script that the core runs: load the hypervisor and its modules, start it at once.
    ///
    /// Where that fails, the emulator is ended as the hypervisor does it, with the code for "nothing could be started"; no PC
    /// has anything at these ports.
    static func script(kernel: String, commandLine: String, modules: [String]) -> String {
        let words = commandLine.split(separator: " ").map { " \(quoted(String($0)))" }.joined()
        let lines =
            ["serial --unit=0 --speed=115200", "terminal_output serial", "multiboot \(kernel)\(words)"]
            + modules.map { "module \($0)" } + [
                "boot", "echo \"GRUB could not start the hypervisor\"",
            ] + ending
        return lines.joined(separator: "\n") + "\n"
    }

    /// Ends QEMU by port 0xF4, and Bochs by a code at port 0xE9 and a word at port 0x8900.
    private static var ending: [String] {
        let code = "0x" + String(ShutdownCode.nothingStarted.rawValue, radix: 16)
        return ["outb 0xf4 \(code)", "outb 0xe9 \(code)"] + "Shutdown".utf8.map { "outb 0x8900 \($0)" }
    }

    /// A word for GRUB's script language: nothing in single quotes has a meaning.
    private static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
