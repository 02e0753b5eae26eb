// SPDX-License-Identifier: MIT

/// A processor of the machine, which runs virtual CPUs by its vendor's means, and sees to why they stop. It is compiled once for
/// each vendor; nothing is chosen at run time.
///
/// Handlers of exits are extensions of this class, one file for each.
public final class PhysicalCPU<Backend: VirtualizationBackend, Machine: Platform> {
    /// The domains, and all that does not depend on the processor.
    let monitor: VirtualMachineMonitor<Machine>
    /// The vendor's way of running guests.
    let backend: Backend
    /// The virtual CPU that it runs, or has run last.
    var current: VirtualCPU?

    /// A processor that is to run the domains of a hypervisor.
    public init(monitor: VirtualMachineMonitor<Machine>, backend: Backend) {
        self.monitor = monitor
        self.backend = backend
    }

    /// The machine.
    @inline(__always)
    var machine: Machine { monitor.machine }
}
