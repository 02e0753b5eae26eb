// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import Hypervisor
import Machine

/// Exceptions, the old interrupt controller silenced, the local APIC on.
///
/// Returns where the interrupt descriptor table lies, for the other processors.
func prepareInterrupts(_ memory: FrameAllocator) -> HostPhysicalAddress {
    let table = takeFrames(1, from: memory).address
    DescriptorTables.makeInterruptTable(at: table)
    DescriptorTables.load(.ofBootProcessor, interruptTable: table)
    LegacyDevices.silenceInterruptController()
    let isX2APIC = LocalAPIC.enable()
    let mode: StaticString = isX2APIC ? "x2APIC" : "xAPIC"
    Log.info("interrupts: descriptor tables loaded, local APIC on in \(mode) mode")
    return table
}

/// The rates of the time-stamp counter and of the local APIC's timer.
func measureTimers() -> TimerCalibration {
    let calibration = TimerCalibration.measure()
    let counter = calibration.timestampFrequency / 1_000_000
    let timer = calibration.apicFrequency / 1_000_000
    Log.info("timers: time-stamp counter at \(counter) MHz, local APIC timer at \(timer) MHz")
    return calibration
}
