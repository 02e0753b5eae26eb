// SPDX-License-Identifier: MIT

extension Bochs {
    /// Instructions in a second of the machine's time.
    ///
    /// It sets the pace of the devices only. Fewer make a run shorter, as there is less to execute while it waits for the
    /// serial port or a timer; with too few, a guest would do nothing but handle its timer.
    static let instructionsPerSecond = 20_000_000

    /// Bochs' configuration, with paths relative to the run's folder (Bochs user manual, "bochsrc").
    ///
    /// Even with the speaker off Bochs opens the host's sound device, and where there is none its mixing thread runs over the end
    /// of a buffer and ends the run: hence the dummy drivers.
    var configuration: String {
        """
        config_interface: textconfig
        display_library: rfb, options="timeout=0"
        memory: guest=\(memory), host=\(memory)
        romimage: \(firmwareImage)
        vgaromimage: file=/usr/share/vgabios/vgabios.bin
        cpu: model=\(processor.rawValue), count=\(processorCount), ips=\(Self.instructionsPerSecond), \
        reset_on_triple_fault=0, ignore_bad_msrs=1
        mouse: enabled=0
        speaker: enabled=0
        sound: driver=dummy, waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
        parport1: enabled=0
        pci: enabled=1, chipset=i440fx
        floppy_bootsig_check: disabled=1
        ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
        ata1: enabled=0
        \(drive)
        boot: \(isDisk ? "disk" : "cdrom")
        com1: enabled=1, mode=file, dev=/dev/fd/3
        panic: \(panicAction)
        error: action=report
        info: action=report
        debug: action=ignore
        debugger_log: -
        port_e9_hack: enabled=1
        magic_break: enabled=0
        clock: sync=none, time0=1700000000
        log: \(File.log.rawValue)

        """
    }

    /// The drive that holds the image. What is written to a disk is forgotten at the end of the run.
    private var drive: String {
        isDisk
            ? "ata0-master: type=disk, path=\(File.image.rawValue), mode=volatile, cylinders=0, biosdetect=auto"
            : "ata0-slave: type=cdrom, path=\(File.image.rawValue), status=inserted"
    }

    /// Where Debian's packages bochsbios and seabios put them.
    private var firmwareImage: String {
        switch firmware {
        case .bochs: "file=/usr/share/bochs/BIOS-bochs-latest, options=fastboot"
        case .seabios: "file=/usr/share/seabios/bios.bin"
        }
    }

    /// What Bochs does when it gives up: it ends.
    ///
    /// It also gives up at a triple fault of an SVM guest, before it looks at the intercept. Made to go on, it finds that, and
    /// the hypervisor gets its exit. A triple fault of the hypervisor itself then stops the processor for good.
    private var panicAction: String {
        switch processor.vendor {
        case .amd: "action=fatal, cpu0=report"
        case .intel: "action=fatal"
        }
    }

    /// How many times the debugger lets the machine go on: it stops at each triple fault, of which every guest has one at most.
    private static let continuations = 16

    /// What the debugger is to do: let the machine run and, at last, tell where it stands.
    static let commands =
        String(repeating: "c\n", count: continuations) + """
            r
            sreg
            creg
            print-stack \(ProcessorState.stackWords)
            q

            """
}
