// SPDX-License-Identifier: MIT

extension QEMU: EmulatedMachine {
    /// Everything that QEMU needs stands in its arguments.
    public func prepare(in folder: String, timeout: Int) -> EmulatorRun {
        EmulatorRun(program: Self.program, arguments: arguments, timeout: timeout)
    }

    /// A code `c` written to port 0xF4 gives the status `2 c + 1`; a reset gives 0, as `-no-reboot` ends it.
    public func end(_ ending: EmulatorRun.Ending, in folder: String) -> MachineEnd {
        switch ending {
        case .exited(0): return .reset(nil)
        case .exited(let status):
            let code = status & 1 == 1 ? UInt8(exactly: status >> 1).flatMap(ShutdownCode.init) : nil
            return code.map(MachineEnd.shutDown)
                ?? .emulatorFailed("it ended with status \(status); its message is above")
        case .signalled(let signal): return .emulatorFailed("it was ended by signal \(signal)")
        case .timedOut(let seconds): return .timedOut(seconds: seconds, nil)
        }
    }
}
