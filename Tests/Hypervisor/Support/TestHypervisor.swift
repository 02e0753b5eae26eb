// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics

@testable import Hypervisor

/// The whole hypervisor over a fake backend and a fake machine, with memory of its own.
final class TestHypervisor {
    let backend = FakeBackend()
    let platform = FakePlatform()
    let monitor: VirtualMachineMonitor<FakePlatform>
    let cpu: PhysicalCPU<FakeBackend, FakePlatform>
    /// The machine's memory: the last property, as the others have their frames in it until they go.
    let arena: TestArena

    /// The rate of the clock in ticks per second: one tick is a nanosecond, whatever the host's counter does.
    static let frequency: UInt64 = 1_000_000_000

    /// A hypervisor on a processor of some vendor, with all the features that there are.
    init(
        memory: UInt64 = 8 << 20, extendedState: XCR0 = [.x87, .sse, .avx], vendor: ProcessorVendor = .other,
        shownVendor: ProcessorVendor? = nil, processorCount: Int = 1
    ) {
        platform.extendedStateComponents = extendedState
        if let signature = vendor.signature { platform.setSignature(signature) }
        var options = Options()
        options.shownVendor = shownVendor
        arena = TestArena(bytes: memory)
        let clock = Clock(
            frequency: TestHypervisor.frequency, start: cpu_read_timestamp(), wallClockSeconds: 1_700_000_000)
        monitor = VirtualMachineMonitor(
            nestedPageTableFormat: .nestedPaging, machine: platform, allocator: arena.allocator, clock: clock,
            options: options, processorCount: processorCount)
        cpu = PhysicalCPU(monitor: monitor, backend: backend)
    }

    deinit {
        // A domain and its virtual CPUs know each other: those that still run would outlive the memory.
        for domain in monitor.domains {
            monitor.scheduler.remove(domain)
            domain.vcpus = []
        }
    }

    /// What a domain is built from, unless a test wants something else: 256 frames of memory, one virtual CPU.
    func specification(
        kernel: TestKernel = TestKernel(), memorySize: UInt64 = 1 << 20, vcpuCount: Int = 1, commandLine: String = "",
        ramdisk: [UInt8]? = nil
    ) throws -> DomainSpecification {
        var handle = InlineArray<16, UInt8>(repeating: 0)
        for index in 0..<16 { handle[index] = UInt8(index) + 0x40 }
        return try DomainSpecification(
            name: "test", handle: handle, kernel: arena.load(kernel.bytes), ramdisk: ramdisk.map { try arena.load($0) },
            commandLine: arena.load(Array(commandLine.utf8)), memorySize: memorySize, vcpuCount: vcpuCount)
    }

    /// A running domain.
    func makeGuest(_ identifier: UInt16 = 1, vcpuCount: Int = 1) throws -> TestGuest {
        try monitor.build(specification(vcpuCount: vcpuCount), identifier: identifier)
        guard let domain = monitor.domains.last, let vcpu = domain.vcpus.first else { throw TestArena.MissingFrame() }
        vcpu.pending.remove(.startup)
        return TestGuest(domain, vcpu, self)
    }

    /// Takes the domains away that have ended, with all steps that this needs.
    func removeEndedDomains() {
        while cpu.removeEndedDomains() {}
    }

    /// Ends a domain and takes it away.
    func remove(_ guest: TestGuest) {
        guest.domain.lock.withLock { guest.domain.end(.shutdown(.powerOff)) }
        removeEndedDomains()
    }
}
