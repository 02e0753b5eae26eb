// SPDX-License-Identifier: MIT
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
        #expect(cd.contains("pc") && cd.contains("300") && cd.contains("shift=0") && !cd.contains("-S"))
        #expect(cd.last == "file=x,,y.iso,format=raw,media=cdrom,readonly=on")
        let disk = QEMU(boot: .disk(path: "x.iso"), waitsForDebugger: true).arguments
        #expect(disk.contains("-S") && disk.contains("q35") && !disk.contains("-icount"))
        #expect(disk.last == "file=x.iso,format=raw,media=disk,snapshot=on")
    }
}
