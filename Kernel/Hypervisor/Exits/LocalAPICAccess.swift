// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

/// The registers of a local APIC, in what both of its modes have in common. (Intel SDM vol. 3A §11.4 to §11.9)
extension PhysicalCPU {
    /// Reads a register; nil where there is none.
    func readLocalAPIC(_ register: UInt32, of vcpu: VirtualCPU) -> UInt32? {
        fetchTaskPriority(of: vcpu)
        let apic = vcpu.localAPIC
        switch register {
        case LocalAPICRegister.version: return 0x0005_0014
        case LocalAPICRegister.taskPriority: return apic.taskPriority
        case LocalAPICRegister.processorPriority: return apic.processorPriority
        case LocalAPICRegister.spurious: return apic.spurious
        case LocalAPICRegister.inService: return apic.inService.word(Int(register & 7))
        case LocalAPICRegister.triggerMode, LocalAPICRegister.machineCheckVector: return 0
        case LocalAPICRegister.requested: return apic.requested.word(Int(register & 7))
        case LocalAPICRegister.errorStatus: return apic.errorStatus
        case LocalAPICRegister.localVectors: return apic.localVectors[Int(register &- 0x32)]
        case LocalAPICRegister.timerInitialCount: return apic.timerInitialCount
        case LocalAPICRegister.timerCurrentCount: return currentCount(of: vcpu)
        case LocalAPICRegister.timerDivide: return apic.timerDivide
        default: return nil
        }
    }

    /// Writes a register; bits that are reserved are dropped, and so are registers that cannot be written; the error
    /// status is one of these, as on Xen.
    func writeLocalAPIC(_ register: UInt32, _ value: UInt32, of vcpu: VirtualCPU) {
        switch register {
        case LocalAPICRegister.taskPriority:
            vcpu.localAPIC.taskPriority = value & 0xFF
            backend.control(of: vcpu).taskPriority = UInt8(truncatingIfNeeded: value &>> 4) & 0xF
        case LocalAPICRegister.endOfInterrupt: vcpu.localAPIC.endOfInterrupt()
        case LocalAPICRegister.spurious: writeSpuriousVector(value, of: vcpu)
        case LocalAPICRegister.command: sendCommand(value, from: vcpu)
        case LocalAPICRegister.localVectors: setLocalVector(Int(register &- 0x32), to: value, of: vcpu)
        case LocalAPICRegister.timerInitialCount: startLocalAPICTimer(of: vcpu, count: value)
        case LocalAPICRegister.timerDivide: setTimerDivide(value & 0b1011, of: vcpu)
        default: break
        }
        vcpu.pending.insert(.localAPIC)
    }

    /// APIC_BASE. A local APIC that is switched on again is as after a reset: no priority, and no timer.
    func writeLocalAPICBase(_ value: UInt64, of vcpu: VirtualCPU) throws(GuestFault) {
        let wasOff = vcpu.localAPIC.mode == .disabled
        try vcpu.localAPIC.setBase(value)
        guard wasOff, vcpu.localAPIC.mode != .disabled else { return }
        backend.control(of: vcpu).taskPriority = 0
        vcpu.timers.localAPIC = .max
    }

    /// Bits 7:4 of the task priority are the processor's, as the guest changes them through CR8 as well.
    func fetchTaskPriority(of vcpu: VirtualCPU) {
        let processors = UInt32(backend.control(of: vcpu).taskPriority) &<< 4
        vcpu.localAPIC.taskPriority = processors | vcpu.localAPIC.taskPriority & 0xF
    }

    /// Switching the local APIC off masks its own interrupts. When it is switched on, an event that has come by its vector in
    /// the meantime is announced.
    private func writeSpuriousVector(_ value: UInt32, of vcpu: VirtualCPU) {
        vcpu.localAPIC.setSpurious(value)
        if vcpu.localAPIC.isEnabled && vcpu.upcallVector != 0 && vcpu.isUpcallPending {
            vcpu.localAPIC.accept(vcpu.upcallVector)
        }
    }

    /// Sends what the lower half of the command register says to whom the upper half names.
    private func sendCommand(_ value: UInt32, from vcpu: VirtualCPU) {
        let low = value & ~(1 << 12)
        vcpu.localAPIC.command = vcpu.localAPIC.command & 0xFFFF_FFFF_0000_0000 | UInt64(low)
        monitor.sendInterprocessorInterrupt(low, to: vcpu.localAPIC.commandDestination, from: vcpu)
    }

    /// Writes an entry of the local vector table. A timer that is to wait for a deadline, or does so no longer, forgets its count.
    private func setLocalVector(_ index: Int, to value: UInt32, of vcpu: VirtualCPU) {
        let hadCount = vcpu.localAPIC.timerHasCount
        vcpu.localAPIC.setLocalVector(index, to: value)
        guard vcpu.localAPIC.timerHasCount != hadCount else { return }
        vcpu.localAPIC.timerInitialCount = 0
        vcpu.timers.localAPIC = .max
    }

    /// Another divisor is that of what remains of the count.
    private func setTimerDivide(_ value: UInt32, of vcpu: VirtualCPU) {
        let count = currentCount(of: vcpu)
        vcpu.localAPIC.timerDivide = value
        guard vcpu.timers.localAPIC != .max else { return }
        vcpu.timers.localAPIC = monitor.clock.now &+ UInt64(count) &* vcpu.localAPIC.timerTick
        monitor.timersChanged(of: vcpu, by: vcpu)
    }

    private func startLocalAPICTimer(of vcpu: VirtualCPU, count: UInt32) {
        guard vcpu.localAPIC.timerHasCount else { return }
        let now = monitor.clock.now
        vcpu.localAPIC.timerInitialCount = count
        vcpu.localAPIC.timerStart = now
        vcpu.timers.localAPIC = count == 0 ? .max : now &+ vcpu.localAPIC.timerPeriod
        monitor.timersChanged(of: vcpu, by: vcpu)
    }

    private func currentCount(of vcpu: VirtualCPU) -> UInt32 {
        let apic = vcpu.localAPIC
        guard vcpu.timers.localAPIC != .max, apic.timerInitialCount > 0 else { return 0 }
        let now = monitor.clock.now
        let remaining = vcpu.timers.localAPIC > now ? vcpu.timers.localAPIC &- now : 0
        return UInt32(truncatingIfNeeded: min(remaining / apic.timerTick, UInt64(apic.timerInitialCount)))
    }
}
