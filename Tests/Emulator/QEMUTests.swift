// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import Emulator

@Suite("QEMU's arguments")
struct QEMUTests {
    @Test("carry kernel, command line and modules, with commas doubled where a comma separates")
    func kernel() {
        let modules = [QEMU.Module(path: "a,b.elf", arguments: "x=1,2 y"), QEMU.Module(path: "plain")]
        let arguments = QEMU(boot: .kernel(path: "k,1.elf", commandLine: "a,b", modules: modules)).arguments
        #expect(arguments.suffix(6) == ["-kernel", "k,1.elf", "-append", "a,b", "-initrd", "a,,b.elf x=1,,2 y,plain"])
        let bare = QEMU(boot: .kernel(path: "k", commandLine: "", modules: [])).arguments
        #expect(!bare.contains("-initrd"))
    }

    @Test("name machine, memory, instruction counting, debugger and medium as asked")
    func options() {
        let cd = QEMU(boot: .optical(path: "x,y.iso"), machine: .pc, memory: 300, countsInstructions: true).arguments
        #expect(cd.contains("pc") && cd.contains("300") && !cd.contains("-S"))
        #expect(cd.contains("shift=0,sleep=off") && cd.contains("base=2023-11-14,clock=vm"))
        #expect(cd.last == "file=x,,y.iso,format=raw,media=cdrom,readonly=on")
        let disk = QEMU(boot: .disk(path: "x.iso"), waitsForDebugger: true).arguments
        #expect(disk.contains("-S") && disk.contains("q35") && !disk.contains("-icount"))
        #expect(disk.last == "file=x.iso,format=raw,media=disk,snapshot=on")
    }

    @Test("name TCG with its emulated processor, or KVM with the host's")
    func accelerators() {
        let tcg = QEMU(boot: .optical(path: "x")).arguments.joined(separator: " ")
        #expect(tcg.hasPrefix("-accel tcg -cpu EPYC,+svm,+npt,"))
        let kvm = QEMU(boot: .optical(path: "x"), accelerator: .kvm(.intel)).arguments.joined(separator: " ")
        #expect(kvm.hasPrefix("-accel kvm -cpu host -machine "))
    }

    @Test(
        "lead to an exit status that is read back",
        arguments: [
            (33, MachineEnd.shutDown(.allDomainsEnded)), (35, .shutDown(.domainCrashed)),
            (37, .shutDown(.hypervisorFailed)), (39, .shutDown(.nothingStarted)),
            (1, .emulatorFailed("it ended with status 1; its message is above")),
            (34, .emulatorFailed("it ended with status 34; its message is above")),
            (1025, .emulatorFailed("it ended with status 1025; its message is above")),
        ])
    func statuses(status: Int, end: MachineEnd) {
        #expect(QEMU(boot: .optical(path: "x")).end(.exited(status), in: "") == end)
    }

    @Test("lead to a status of 0 for a triple fault, which the log tells from an end that QEMU was asked for")
    func resets() throws {
        let folder = NSTemporaryDirectory() + "apus-qemu-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let qemu = QEMU(boot: .optical(path: "x"))
        #expect(qemu.prepare(in: folder, timeout: 1).arguments.suffix(2) == ["-D", folder + "/qemu.log"])
        let told = MachineEnd.emulatorFailed(
            "it was told to end, or the machine was reset or switched off")
        #expect(qemu.end(.exited(0), in: folder) == told)
        try Data("CPU Reset (CPU 0)\nRIP=0\n".utf8).write(to: URL(fileURLWithPath: folder + "/qemu.log"))
        #expect(qemu.end(.exited(0), in: folder) == told)
        try Data("CPU Reset (CPU 0)\nTriple fault\n".utf8).write(to: URL(fileURLWithPath: folder + "/qemu.log"))
        #expect(qemu.end(.exited(0), in: folder) == .reset(nil))
    }

    @Test("say nothing about a run that was ended")
    func ended() {
        let qemu = QEMU(boot: .optical(path: "x"))
        #expect(qemu.end(.timedOut(seconds: 3), in: "") == .timedOut(seconds: 3, nil))
        #expect(qemu.end(.signalled(11), in: "") == .emulatorFailed("it was ended by signal 11"))
    }
}
