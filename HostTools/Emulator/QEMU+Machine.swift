// SPDX-License-Identifier: MIT
import Foundation

extension QEMU: EmulatedMachine {
    /// Where QEMU logs each reset of a processor, and why.
    private static func log(in folder: String) -> String { folder + "/qemu.log" }

    /// Everything that QEMU needs stands in its arguments.
    public func prepare(in folder: String, timeout: Int) -> EmulatorRun {
        let log = ["-d", "cpu_reset", "-D", Self.log(in: folder)]
        return EmulatorRun(program: Self.program, arguments: arguments + log, timeout: timeout)
    }

    /// A code `c` written to port 0xF4 gives the status `2 c + 1`; a reset gives 0, as `-no-reboot` ends it. So does a signal that asks QEMU
    /// to end; but a triple fault stands in the log.
    public func end(_ ending: EmulatorRun.Ending, in folder: String) -> MachineEnd {
        switch ending {
        case .exited(0):
            let log = FileManager.default.contents(atPath: Self.log(in: folder)) ?? Data()
            if log.range(of: Data("Triple fault".utf8)) != nil { return .reset(nil) }
            return .emulatorFailed("it was told to end, or the machine was reset or switched off")
        case .exited(let status):
            let code = status & 1 == 1 ? UInt8(exactly: status >> 1).flatMap(ShutdownCode.init) : nil
            return code.map(MachineEnd.shutDown)
                ?? .emulatorFailed("it ended with status \(status); its message is above")
        case .signalled(let signal): return .emulatorFailed("it was ended by signal \(signal)")
        case .timedOut(let seconds): return .timedOut(seconds: seconds, nil)
        }
    }
}
