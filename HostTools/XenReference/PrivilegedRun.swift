// SPDX-License-Identifier: MIT
import Emulator
import Foundation

/// One boot of Xen with a guest in the place of the control domain.
///
/// It takes seconds, as no Linux boots, but the guest is privileged: some answers are not those that an ordinary domain gets.
public struct PrivilegedRun: Sendable {
    private let installation: XenInstallation
    private let domain: XenDomain
    /// Seconds until the guest is taken to be silent.
    private let limit: Int
    /// The emulator: a name that is looked up on PATH, or a path.
    var program = QEMU.program

    /// A run of a guest.
    public init(_ domain: XenDomain, on installation: XenInstallation, limit: Int) {
        self.domain = domain
        self.installation = installation
        self.limit = limit
    }

    /// Boots, and hands over the console line by line; the guest is domain 0, and all that Xen does not say is its own.
    /// - Parameter folder: a folder that belongs to this run alone.
    public func run(
        in folder: String, onLine: (XenConsoleLine) async throws -> Void
    ) async throws(XenReferenceError) -> XenRun.Ending {
        let kernel = "\(folder)/kernel"
        do { try Data(domain.kernel).write(to: URL(fileURLWithPath: kernel)) } catch {
            throw .damaged(path: kernel, reason: error.localizedDescription)
        }
        var end: String?
        do throws(EmulatorError) {
            var run = machine(kernel: kernel).prepare(in: folder, timeout: limit)
            run.program = program
            let ending = try await run.run { raw in
                let line = Self.line(TerminalText.plain(raw))
                try await onLine(line)
                if case .hypervisor(let text) = line, let reason = Self.reason(text) {
                    end = reason
                    try await onLine(.ended(0, reason: reason))
                    // Xen would stop or restart the machine, or wait for somebody to do so.
                    throw Ended()
                }
            }
            guard case .timedOut = ending else { return .stopped(reason: "Xen stopped without a word about the guest") }
            do { try await onLine(.ended(0, reason: nil)) } catch { throw EmulatorError.interrupted }
            return .finished
        } catch {
            if end != nil { return .finished }
            throw error == .interrupted ? .interrupted : .emulator(error)
        }
    }

    private struct Ended: Error {}

    /// Xen asks a control domain of this kind for an IOMMU. Its memory is what Xen leaves to it.
    private func machine(kernel: String) -> QEMU {
        var machine = QEMU(
            boot: .kernel(
                path: installation.hypervisor,
                commandLine: "\(XenRun.consoleOptions) dom0=pvh dom0_mem=\(domain.configuration.memory)M",
                modules: [QEMU.Module(path: kernel, arguments: domain.configuration.commandLine)]),
            machine: .q35, memory: domain.configuration.memory + 512)
        machine.devices = ["amd-iommu"]
        machine.lackingFeatures = XenRun.troublesomeFeatures
        return machine
    }

    private static func line(_ line: String) -> XenConsoleLine {
        if case .hypervisor(let text) = XenConsoleLine(line) { return .hypervisor(text) }
        return .domain(0, line)
    }

    /// The reason in Xen's line about the end of its control domain.
    private static func reason(_ text: String) -> String? {
        guard text.hasPrefix("Hardware Dom0 ") else { return nil }
        for (word, reason) in [("halted", "poweroff"), ("crashed", "crash"), ("watchdog", "watchdog")]
        where text.contains(word) {
            return reason
        }
        return "reboot"
    }
}
