// SPDX-License-Identifier: MIT
import Emulator
import Foundation

/// One boot of Xen whose control domain starts groups of guests, one group after the other, as ordinary domains.
public struct XenRun: Sendable {
    private let installation: XenInstallation
    private let groups: [XenGroup]
    /// Whether one tick of the time-stamp counter is one instruction.
    private let countsInstructions: Bool
    /// The emulator: a name that is looked up on PATH, or a path.
    var program = QEMU.program

    /// A run of at least one group.
    public init(_ groups: [XenGroup], on installation: XenInstallation, countsInstructions: Bool = false) {
        self.groups = groups
        self.installation = installation
        self.countsInstructions = countsInstructions
    }

    /// How a boot came to its end.
    public enum Ending: Sendable, Equatable {
        /// Every group was started, and its domains' ends were told.
        case finished
        /// Xen, its control domain or the emulator stopped before that.
        case stopped(reason: String)
    }

    /// Xen's options: a console on the serial port that hides nothing. The paravirtual Linux of the control domain does not get on with
    /// SMAP, which guests of the other kind have.
    private static let options = "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all noreboot smap=hvm"

    /// An instruction takes 8 ns: the guests' timers fire in the same way in each run, however busy the host is.
    private static let usualShift = 3

    /// MiB of the machine: for Xen and its control domain, and for the largest group.
    private static let ownMemory = (machine: 1280, controlDomain: 768)

    /// Seconds for the boot, which takes longer where each instruction is counted, and for building a group.
    private static let ownTime = (boot: 300, countedBoot: 1200, group: 60)

    /// What TCG's processor must not have under Xen: RDTSCP exits although nobody asked for that, MONITOR faults where it must not.
    private static let troublesomeFeatures = ["rdtscp", "monitor"]

    /// Boots, and hands over the console line by line as it comes.
    /// - Parameter folder: a folder that belongs to this run alone.
    public func run(
        in folder: String, onLine: (XenConsoleLine) async throws -> Void
    ) async throws(XenReferenceError) -> Ending {
        let ramdisk = "\(folder)/control-domain"
        do {
            try Data(try ControlDomain(installation: installation, groups: groups).ramdisk())
                .write(to: URL(fileURLWithPath: ramdisk))
        } catch let error as XenReferenceError {
            throw error
        } catch {
            throw .damaged(path: ramdisk, reason: error.localizedDescription)
        }
        var observer = Observer()
        do throws(EmulatorError) {
            var run = machine(ramdisk: ramdisk).prepare(in: folder, timeout: timeout)
            run.program = program
            let ending = try await run.run { raw in
                let line = XenConsoleLine(TerminalText.plain(raw))
                observer.see(line)
                try await onLine(line)
            }
            return observer.ending(ending)
        } catch {
            throw error == .interrupted ? .interrupted : .emulator(error)
        }
    }

    private var timeout: Int {
        let boot = countsInstructions ? Self.ownTime.countedBoot : Self.ownTime.boot
        return groups.reduce(boot) { $0 + $1.limit + Self.ownTime.group }
    }

    private func machine(ramdisk: String) -> QEMU {
        let guests = groups.map { $0.domains.reduce(0) { $0 + $1.configuration.memory + 16 } }.max() ?? 0
        var machine = QEMU(
            boot: .kernel(
                path: installation.hypervisor,
                commandLine: "\(Self.options) dom0_mem=\(Self.ownMemory.controlDomain)M",
                modules: [
                    QEMU.Module(path: installation.kernel, arguments: "console=hvc0 quiet loglevel=3"),
                    QEMU.Module(path: ramdisk),
                ]),
            machine: .pc, memory: Self.ownMemory.machine + guests)
        machine.clock = .instructions(shift: countsInstructions ? 0 : Self.usualShift, skipsIdleTime: true)
        machine.lackingFeatures = Self.troublesomeFeatures
        return machine
    }

    /// Finds out from the console why a boot ended.
    private struct Observer {
        private var isDone = false
        private var failure: String?
        private var lastLines: [String] = []

        mutating func see(_ line: XenConsoleLine) {
            switch line {
            case .done: isDone = true
            case .failed(let reason): failure = failure ?? reason
            case .hypervisor(let text), .other(let text): lastLines = lastLines.suffix(7) + [text]
            case .domain, .ring, .starting, .created, .running, .ended: break
            }
        }

        func ending(_ ending: EmulatorRun.Ending) -> Ending {
            if isDone { return .finished }
            if let failure { return .stopped(reason: failure) }
            let said = lastLines.isEmpty ? "" : "; the last lines: \(lastLines.joined(separator: " | "))"
            return switch ending {
            case .timedOut(let seconds): .stopped(reason: "Xen was stopped after \(seconds) seconds\(said)")
            case .exited, .signalled: .stopped(reason: "Xen or its control domain stopped early\(said)")
            }
        }
    }
}
