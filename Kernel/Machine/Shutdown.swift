// SPDX-License-Identifier: MIT
import CPU

/// How a run of the hypervisor ends, as an emulator's exit status tells.
///
/// The value goes to port 0xF4, where QEMU's `isa-debug-exit` turns `v` into the exit status `2 v + 1`. Bochs prints what goes to
/// port 0xE9, so that its reader finds the value there. Without such a device the writes do nothing, and the machine is
/// powered off in the ways that QEMU and Bochs know; else the processor stops.
public enum Shutdown: UInt8, Sendable {
    /// Every domain ended well.
    case allDomainsEnded = 0x10
    /// At least one domain crashed.
    case domainCrashed = 0x11
    /// The hypervisor itself failed.
    case hypervisorFailed = 0x12
    /// No domain could be started.
    case nothingStarted = 0x13

    /// Ends the run.
    public func perform() -> Never {
        SerialPort.drain()
        cpu_out8(0xF4, rawValue)
        powerOffBochs()
        cpu_out16(0x604, 0x2000)  // QEMU's ACPI power management: sleep state 5
        while true { cpu_stop() }
    }

    /// Bochs prints the byte at port 0xE9, and ends when "Shutdown" is written to port 0x8900, byte by byte.
    private func powerOffBochs() {
        cpu_out8(0xE9, rawValue)
        let word: StaticString = "Shutdown"
        // SAFETY: a static string's bytes live as long as the program.
        word.withUTF8Buffer { letters in
            for index in letters.indices { unsafe cpu_out8(0x8900, letters[index]) }
        }
    }
}
