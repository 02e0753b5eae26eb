// SPDX-License-Identifier: MIT

/// What `event_channel_op` does, in its first argument (`EVTCHNOP_*`, Xen public header `event_channel.h`).
///
/// The second argument points to the structure of the same name; 32- and 64-bit callers use one layout.
public enum EventChannelOperation: UInt32, CaseIterable, Sendable {
    /// Connects a new local port to a port that the other domain has set aside.
    case bindInterdomain = 0
    /// Connects a new port to a virtual interrupt.
    case bindVIRQ = 1
    /// Connects a new port to a physical interrupt.
    case bindPIRQ = 2
    /// Closes a port; the other end becomes unbound.
    case close = 3
    /// Raises an event on the other end.
    case send = 4
    /// Tells what a port is connected to.
    case status = 5
    /// Sets a new port aside for another domain to connect to.
    case allocateUnbound = 6
    /// Makes a new port through which the domain interrupts one of its own vCPUs.
    case bindIPI = 7
    /// Chooses the vCPU that is told of a port's events.
    case bindVCPU = 8
    /// Clears a port's mask bit, and delivers what is pending.
    case unmask = 9
    /// Closes all ports.
    case reset = 10
    /// Starts the FIFO event-channel ABI for one vCPU.
    case initializeControl = 11
    /// Adds a page of event words to the FIFO ABI.
    case expandArray = 12
    /// Sets a port's priority in the FIFO ABI.
    case setPriority = 13
    /// A `reset` that was interrupted.
    case continueReset = 14
}

/// What a port is (`EVTCHNSTAT_*`), as `EventChannelOperation.status` answers.
public enum EventChannelState: UInt32, CaseIterable, BitwiseCopyable, Sendable {
    /// Not in use.
    case closed = 0
    /// Set aside for another domain.
    case unbound = 1
    /// Connected to another domain.
    case interdomain = 2
    /// Connected to a physical interrupt.
    case physicalInterrupt = 3
    /// Connected to a virtual interrupt.
    case virtualInterrupt = 4
    /// The domain's own interrupt between vCPUs.
    case interprocessor = 5
}
