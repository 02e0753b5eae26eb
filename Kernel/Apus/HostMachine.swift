// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Hypervisor
import Machine

/// The machine, as the hypervisor's logic wants to have it.
public final class HostMachine: Platform {
    private let ticksPerMicrosecond: UInt64
    private let hasTimestampAuxiliary: Bool
    private let hostExtendedControl: XCR0
    public let extendedStateComponents: XCR0

    /// The numbers of the processors' local APICs. Written during start-up only.
    private var addresses = InlineArray<64, UInt32>(repeating: .max)

    /// The machine, on the processor that has booted it, with its timers measured. Switches on XSAVE where there is one, as guests'
    /// vector registers need it.
    init(_ calibration: TimerCalibration) {
        ticksPerMicrosecond = max(calibration.apicFrequency / 1_000_000, 1)
        hasTimestampAuxiliary = cpu_cpuid(0x8000_0001, 0).edx & 1 << 27 != 0
        var components: XCR0 = []
        // QEMU models that have XSAVE but none of its extensions refuse CR4.OSXSAVE: there it is not used.
        if cpu_cpuid(1, 0).ecx & 1 << 26 != 0 && cpu_cpuid(0xD, 1).eax != 0 {
            let supported = XCR0(rawValue: UInt64(cpu_cpuid(0xD, 0).eax))
            components = supported.intersection([.x87, .sse, .avx])
        }
        extendedStateComponents = components
        hostExtendedControl = components
        prepareProcessor()
    }

    /// Switches on what guests' vector registers need, on the processor that calls.
    func prepareProcessor() {
        guard !hostExtendedControl.isEmpty else { return }
        cpu_write_cr4(cpu_read_cr4() | CR4.xsave.rawValue)
        cpu_write_xcr0(hostExtendedControl.rawValue)
    }

    /// Notes how a processor is addressed.
    func note(_ processor: Int, address: UInt32) { addresses[processor] = address }

    public static func log(_ level: LogLevel, _ message: Message) { Log.write(level, message) }

    public static func writeConsole(domain: UInt16, line: Message) {
        Log.writeConsole(domain: domain, line)
    }

    public func setTimer(in nanoseconds: UInt64) {
        let microseconds = nanoseconds / 1000
        let (ticks, overflow) = microseconds.multipliedReportingOverflow(by: ticksPerMicrosecond)
        let count = overflow ? UInt64(UInt32.max) : min(ticks, UInt64(UInt32.max))
        LocalAPIC.startTimer(count: UInt32(truncatingIfNeeded: max(count, 1)))
    }

    public func interrupt(_ processor: Int) {
        guard processor >= 0, processor < 64, addresses[processor] != .max else { return }
        LocalAPIC.interrupt(addresses[processor], vector: InterruptVector.kick)
    }

    public func takeInterrupts() { cpu_take_pending_interrupts() }

    public func waitForInterrupt() { cpu_wait_for_interrupt() }

    @inline(__always)
    public func cpuid(_ leaf: UInt32, _ subleaf: UInt32) -> CPUIDResult { cpu_cpuid(leaf, subleaf) }

    public func saveContext(of vcpu: VirtualCPU) {
        vcpu.debugAddresses = cpu_read_debug_addresses()
        saveVectors(of: vcpu)
    }

    public func saveVectors(of vcpu: VirtualCPU) {
        guard !hostExtendedControl.isEmpty else { return cpu_fxsave(vcpu.floatingPoint.address.value) }
        // QEMU's emulated processor does not intercept XSETBV, so the guest's value is whatever is there now.
        vcpu.extendedControl = XCR0(rawValue: cpu_read_xcr0())
        cpu_write_xcr0(hostExtendedControl.rawValue)
        cpu_xsave(vcpu.floatingPoint.address.value, hostExtendedControl.rawValue)
        reloadContext(of: vcpu)
    }

    public func loadContext(of vcpu: VirtualCPU) {
        cpu_write_debug_addresses(vcpu.debugAddresses)
        loadVectors(of: vcpu)
    }

    public func loadVectors(of vcpu: VirtualCPU) {
        if hostExtendedControl.isEmpty {
            cpu_fxrstor(vcpu.floatingPoint.address.value)
        } else {
            cpu_write_xcr0(hostExtendedControl.rawValue)
            cpu_xrstor(vcpu.floatingPoint.address.value, hostExtendedControl.rawValue)
        }
        reloadContext(of: vcpu)
    }

    public func reloadContext(of vcpu: VirtualCPU) {
        if !hostExtendedControl.isEmpty { cpu_write_xcr0(vcpu.extendedControl.rawValue) }
        if hasTimestampAuxiliary { cpu_write_msr(ModelSpecificRegister.timestampAuxiliary, vcpu.timestampAuxiliary) }
    }
}
