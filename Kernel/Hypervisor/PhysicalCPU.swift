// SPDX-License-Identifier: MIT

/// A processor of the machine, which runs virtual CPUs by its vendor's means, and sees to why they stop. It is compiled once for
/// each vendor; nothing is chosen at run time.
///
/// Handlers of exits are extensions of this class, one file for each. Only the processor itself uses its object.
public final class PhysicalCPU<Backend: VirtualizationBackend, Machine: Platform> {
    /// Its number: 0 is the one that has booted the machine.
    let number: Int
    /// The domains, and all that does not depend on the processor.
    let monitor: VirtualMachineMonitor<Machine>
    /// The vendor's way of running guests, on this processor.
    let backend: Backend
    /// Its run queue.
    let queue: RunQueue
    /// The virtual CPU that it runs, or has run last and whose registers it has still.
    var current: VirtualCPU?

    /// A processor that is to run the domains of a hypervisor.
    public init(monitor: VirtualMachineMonitor<Machine>, backend: Backend, number: Int = 0) {
        self.monitor = monitor
        self.backend = backend
        self.number = number
        queue = monitor.scheduler.queues[number]
    }

    /// The machine.
    @inline(__always)
    var machine: Machine { monitor.machine }
}
