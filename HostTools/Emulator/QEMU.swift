// SPDX-License-Identifier: MIT

/// A machine that QEMU is to emulate, and what it boots.
public struct QEMU: Sendable, Equatable {
    /// What executes the machine's instructions.
    public enum Accelerator: Sendable, Hashable {
        /// QEMU itself, on any host. It emulates SVM, but no VMX.
        case tcg
        /// The host's processor, of this vendor, through Linux' KVM; see ``NestedVirtualization``.
        case kvm(ProcessorVendor)
    }

    /// The mainboards that the hypervisor is tested on.
    public enum Machine: String, Sendable, CaseIterable {
        /// PCI Express and AHCI.
        case q35
        /// The older PCI board with IDE.
        case pc
    }

    /// Where the kernel comes from.
    public enum BootMedium: Sendable, Equatable {
        /// QEMU's own multiboot loader: a 32-bit ELF, its command line, and modules as file and argument string.
        case kernel(path: String, commandLine: String, modules: [Module])
        /// A CD image.
        case optical(path: String)
        /// A hard disk's image.
        case disk(path: String, format: DiskFormat = .raw)
    }

    /// The formats of disk images. QEMU is always told which it is, as the first bytes of a disk are a guest's to write.
    public enum DiskFormat: String, Sendable, CaseIterable {
        case raw, qcow2

        /// The format that a file's name tells: raw unless it ends in `.qcow2`.
        public init(ofFileNamed name: String) { self = name.lowercased().hasSuffix(".qcow2") ? .qcow2 : .raw }
    }

    /// What the machine's time is made of.
    public enum Clock: Sendable, Equatable {
        /// The host's time.
        case host
        /// Instructions, each of which takes `1 << shift` nanoseconds: the same run comes out the same, however busy the host
        /// is. With a shift of 0 a tick of the time-stamp counter is one instruction. While the machine waits, its time
        /// goes on with the host's, or jumps to what it waits for.
        case instructions(shift: Int = 0, skipsIdleTime: Bool = false)
    }

    /// A multiboot module: a file, and the string that the kernel finds beside it.
    public struct Module: Sendable, Equatable {
        public var path: String
        public var arguments: String

        /// A module with an argument string, which may be empty.
        public init(path: String, arguments: String = "") {
            self.path = path
            self.arguments = arguments
        }
    }

    /// The program's name, looked up on PATH.
    public static let program = "qemu-system-x86_64"

    /// TCG's processor: a named one with SVM and nested paging, less what TCG would warn that it lacks.
    static let emulatedProcessor =
        "EPYC,+svm,+npt,-rdseed,-sha-ni,-fxsr-opt,-misalignsse,-3dnowprefetch,-osvw,-topoext,-nrip-save,-xsavec"

    public var boot: BootMedium
    public var accelerator: Accelerator
    public var machine: Machine
    /// Memory of the whole machine, in MiB.
    public var memory: Int
    /// How many processors the machine has.
    public var processorCount: Int
    /// What the machine's time is made of.
    public var clock: Clock
    /// Whether QEMU waits for a debugger on TCP port 1234 before the first instruction.
    public var waitsForDebugger: Bool
    /// Features that TCG's processor is not to have, such as `smap`.
    public var lackingFeatures: [String] = []

    /// A machine; see the properties. To count instructions is to have a clock of them, one tick each.
    public init(
        boot: BootMedium, accelerator: Accelerator = .tcg, machine: Machine = .q35, memory: Int = 512,
        processorCount: Int = 1, countsInstructions: Bool = false, waitsForDebugger: Bool = false
    ) {
        self.boot = boot
        self.accelerator = accelerator
        self.machine = machine
        self.memory = memory
        self.processorCount = processorCount
        clock = countsInstructions ? .instructions(skipsIdleTime: true) : .host
        self.waitsForDebugger = waitsForDebugger
    }

    /// QEMU's arguments: no screen, the serial port on standard output, port 0xF4 ends the run.
    public var arguments: [String] {
        var arguments =
            processorArguments + [
                "-machine", machine.rawValue, "-m", String(memory), "-smp", String(processorCount),
                "-display", "none", "-serial", "stdio",
                "-monitor", "none", "-no-reboot", "-nodefaults", "-vga", "std",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
            ]
        arguments += clockArguments
        if waitsForDebugger { arguments += ["-s", "-S"] }
        return arguments + bootArguments
    }

    private var processorArguments: [String] {
        switch accelerator {
        case .tcg:
            [
                "-accel", "tcg",
                "-cpu", ([Self.emulatedProcessor] + lackingFeatures.map { "-\($0)" }).joined(separator: ","),
            ]
        case .kvm: ["-accel", "kvm", "-cpu", "host"]
        }
    }

    private var clockArguments: [String] {
        guard case .instructions(let shift, let skipsIdleTime) = clock else { return [] }
        // The clock's date counts as well, and must not depend on the host's.
        let date = ["-rtc", "base=2023-11-14,clock=vm"]
        return ["-icount", "shift=\(shift)" + (skipsIdleTime ? ",sleep=off" : "")] + date
    }

    private var bootArguments: [String] {
        switch boot {
        case .kernel(let path, let commandLine, let modules):
            let list = modules.map { module in
                let words = module.arguments.isEmpty ? module.path : "\(module.path) \(module.arguments)"
                return Self.doubleCommas(words)
            }
            let initrd = list.isEmpty ? [] : ["-initrd", list.joined(separator: ",")]
            return ["-kernel", path, "-append", commandLine] + initrd
        case .optical(let path):
            return ["-boot", "d", "-drive", "file=\(Self.doubleCommas(path)),format=raw,media=cdrom,readonly=on"]
        case .disk(let path, let format):
            let options = "format=\(format.rawValue),media=disk,snapshot=on"
            return ["-boot", "c", "-drive", "file=\(Self.doubleCommas(path)),\(options)"]
        }
    }

    /// A comma separates QEMU's options; two stand for one in a value.
    private static func doubleCommas(_ text: String) -> String {
        text.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}
