// SPDX-License-Identifier: MIT

/// What `sched_op` does, in its first argument (`SCHEDOP_*`, Xen public header `sched.h`).
public enum SchedulerOperation: UInt32, CaseIterable, Sendable {
    /// Lets others run. No arguments.
    case yield = 0
    /// Waits for an event. No arguments.
    case block = 1
    /// Ends the domain.
    case shutdown = 2
    /// Waits for any of a list of ports.
    case poll = 3
    /// Ends another domain, for the control domain.
    case remoteShutdown = 4
    /// Tells how the domain will have ended, should it end now.
    case shutdownCode = 5
    /// Sets a watchdog.
    case watchdog = 6
    /// Binds the vCPU to a physical CPU, for the control domain.
    case pinOverride = 7
}

/// Why a domain ended (`SHUTDOWN_*`).
public enum ShutdownReason: UInt32, CaseIterable, Sendable {
    /// Its work is done.
    case powerOff = 0
    /// It is to be started again.
    case reboot = 1
    /// It is to be saved.
    case suspend = 2
    /// It found itself broken.
    case crash = 3
    /// Its watchdog ran out.
    case watchdog = 4
    /// It starts again in place.
    case softReset = 5
}
