// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Hypervisor
import Machine
import SVM
import Synchronization
import VMX

/// The processors beside the one that has booted the machine: they are started one after the other, prepare themselves, and sleep
/// until there are domains to run. One that does not come up is left out.
struct OtherProcessors {
    let identifiers: ProcessorList
    let boot: BootInformation
    let memory: FrameAllocator
    let machine: HostMachine
    let interruptTable: HostPhysicalAddress
    let frequency: UInt64

    /// The boot processor's way of running guests, which the others join.
    enum Vendor {
        case svm(SVM)
        case vmx(VMX)
    }

    /// Starts them. Returns how many processors there are, the boot processor included.
    func start(_ vendor: Vendor, _ tables: borrowing KernelPageTables) -> Int {
        let own = LocalAPIC.identifier
        machine.note(0, address: own)
        guard identifiers.count > 1 else { return 1 }
        guard let trampoline = Trampoline(boot, tables, frequency: frequency) else {
            Log.write(
                .warning,
                "processors: only one is used, as there is no free page below 1 MiB for the others to begin in")
            return 1
        }
        var count = 1
        for index in 0..<identifiers.count where identifiers.identifiers[index] != own {
            let outcome = start(identifiers.identifiers[index], number: count, vendor, tables, trampoline)
            if Arrival.state.load(ordering: .acquiring) == Arrival.ready {
                compareTimestamps(with: count)
                count += 1
            }
            // What it reads must not be changed any more.
            if outcome == .underWay { break }
        }
        Log.info("processors: \(count) of \(identifiers.count) run guests")
        return count
    }

    /// Starts one.
    private func start(
        _ identifier: UInt32, number: Int, _ vendor: Vendor, _ tables: borrowing KernelPageTables,
        _ trampoline: Trampoline
    ) -> Trampoline.Outcome {
        guard LocalAPIC.canReach(identifier) else { return .absent }
        let area = ProcessorArea(at: takeFrames(ProcessorArea.frameCount, from: memory).address)
        tables.unmap(area.stackGuard)
        tables.unmap(area.faultStackGuard)
        tables.load()
        // SAFETY: the processor that is to read it has not started, and those before have read it.
        unsafe Arrival.expected = Arrival(
            number: number, area: area, interruptTable: interruptTable, vendor: vendor, memory: memory, machine: machine
        )
        machine.note(number, address: identifier)
        Arrival.timestamps.begin()
        Arrival.state.store(Arrival.awaited, ordering: .releasing)
        let outcome = trampoline.start(identifier, stackTop: area.stackTop) {
            Arrival.state.load(ordering: .acquiring) != Arrival.awaited
        }
        if outcome != .arrived && Arrival.refuse() {
            Log.write(.warning, "processors: the one with local APIC \(identifier) does not start, and is left out")
        }
        return outcome
    }

    /// Guests take the counters of all processors to be one clock, as the hypervisor does.
    private func compareTimestamps(with number: Int) {
        let difference = Arrival.timestamps.ask()
        guard difference > 0 else { return }
        Log.write(
            .warning,
            "processors: the time-stamp counter of number \(number) differs by \(difference) ticks: a guest's time may go back by that"
        )
    }

    /// Lets the others run the domains of a hypervisor. With the checks on, the order of locks is checked from now on: the others wait
    /// still, and each has a record of what it holds.
    static func release(_ monitor: VirtualMachineMonitor<HostMachine>, processorCount: Int) {
        if monitor.options.checks {
            monitor.checkLockOrder()
            Heap.checkLockOrder()
            Log.checkLockOrder()
        }
        // SAFETY: the others read it only after the flag has been set.
        unsafe Arrival.monitor = monitor
        Arrival.isReleased.store(true, ordering: .sequentiallyConsistent)
        for number in 1..<max(processorCount, 1) { monitor.interrupt(number) }
    }
}

/// What a processor that starts needs to know.
struct Arrival {
    let number: Int
    let area: ProcessorArea
    let interruptTable: HostPhysicalAddress
    let vendor: OtherProcessors.Vendor
    let memory: FrameAllocator
    let machine: HostMachine

    // SAFETY: written by the boot processor while no other reads it.
    nonisolated(unsafe) static var expected: Arrival?
    // SAFETY: written by the boot processor before `isReleased` is set, and read afterwards.
    nonisolated(unsafe) static var monitor: VirtualMachineMonitor<HostMachine>?
    /// Whether there is a hypervisor with domains.
    static let isReleased = Atomic(false)
    /// Whether its time-stamp counter agrees with that of the boot processor.
    static let timestamps = TimestampComparison()
    /// How far the processor has come that is starting.
    static let state = Atomic(0)
    static var awaited: Int { 0 }
    static var ready: Int { 1 }
    static var unfit: Int { 2 }
    static var refused: Int { 3 }

    /// Nobody expects the processor any more: if it comes later, it stops. Returns false when it has come just now.
    static func refuse() -> Bool {
        state.compareExchange(expected: awaited, desired: refused, ordering: .sequentiallyConsistent).exchanged
    }

    /// Prepares the processor, and runs guests on it until the last domain has ended.
    func run() {
        DescriptorTables.load(area, interruptTable: interruptTable)
        _ = LocalAPIC.enable()
        machine.prepareProcessor()
        switch vendor {
        case .svm(let first): run(join(first))
        case .vmx(let first): run(join(first))
        }
    }

    private func join(_ first: SVM) -> SVM {
        do throws(SVMFailure) { return try SVM(joining: first, memory) } catch { giveUp(error.message) }
    }

    private func join(_ first: VMX) -> VMX {
        do throws(VMXFailure) { return try VMX(joining: first, memory) } catch { giveUp(error.message) }
    }

    private func run<Backend: VirtualizationBackend>(_ backend: Backend) {
        let hasArrived = Arrival.state.compareExchange(
            expected: Arrival.awaited, desired: Arrival.ready, ordering: .sequentiallyConsistent)
        guard hasArrived.exchanged else { return }
        Arrival.timestamps.answer()
        while !Arrival.isReleased.load(ordering: .sequentiallyConsistent) { cpu_wait_for_interrupt() }
        if let monitor = unsafe Arrival.monitor {
            PhysicalCPU(monitor: monitor, backend: backend, number: number).run()
        }
    }

    private func giveUp(_ why: StaticString) -> Never {
        Log.write(.warning, "processor \(number): \(why); it is left out")
        Arrival.state.store(Arrival.unfit, ordering: .releasing)
        while true { cpu_stop() }
    }
}

/// Where another processor enters Swift, from boot/processors.asm.
@c(processor_main)
public func processorMain() -> Never {
    // SAFETY: the boot processor has written it for this one, and waits.
    if let arrival = unsafe Arrival.expected { arrival.run() }
    while true { cpu_stop() }
}
