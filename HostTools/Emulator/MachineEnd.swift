// SPDX-License-Identifier: MIT

/// How a machine came to its end, whatever emulated it.
public enum MachineEnd: Sendable, Equatable {
    /// The kernel ended the run, and said how it went.
    case shutDown(ShutdownCode)
    /// A triple fault: the processor could not even report a fault.
    case reset(ProcessorState?)
    /// The run was ended when its time was up.
    case timedOut(seconds: Int, ProcessorState?)
    /// The emulator ended for a reason of its own.
    case emulatorFailed(String)

    /// Where the processor stood at the end, if the machine did not end by itself and the emulator can tell.
    public var processor: ProcessorState? {
        switch self {
        case .reset(let state), .timedOut(_, let state): state
        case .shutDown, .emulatorFailed: nil
        }
    }
}

/// What the hypervisor says at the end of a run, the same for every emulator (Kernel/Machine/Shutdown.swift).
///
/// QEMU gets it at port 0xF4, and turns a code `c` into the exit status `2 c + 1`. Bochs gets it at port 0xE9, and prints it as
/// a byte.
public enum ShutdownCode: UInt8, Sendable {
    case allDomainsEnded = 0x10
    case domainCrashed = 0x11
    case hypervisorFailed = 0x12
    case nothingStarted = 0x13
}
