// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension PhysicalCPU {
    /// Reads a register of the local APIC by the low byte of its MSR; nil where a guest gets #GP. (Intel SDM vol. 3A §11.12,
    /// table 11-6)
    func readLocalAPIC(_ register: UInt32, of vcpu: VirtualCPU) -> UInt64? {
        let apic = vcpu.localAPIC
        switch register {
        case 0x02: return UInt64(apic.identifier)
        case 0x03: return 0x0005_0014
        case 0x08: return UInt64(backend.control(of: vcpu).taskPriority) &<< 4
        case 0x0A:
            let task = UInt64(backend.control(of: vcpu).taskPriority) &<< 4
            return max(task, UInt64(apic.inService.highest ?? 0) & 0xF0)
        case 0x0D: return UInt64(apic.identifier &>> 4) &<< 16 | 1 &<< UInt64(apic.identifier & 15)
        case 0x0F: return UInt64(apic.spurious)
        case 0x10...0x17: return UInt64(apic.inService.word(Int(register & 7)))
        case 0x18...0x1F: return 0
        case 0x20...0x27: return UInt64(apic.requested.word(Int(register & 7)))
        case 0x28: return UInt64(apic.errorStatus)
        case 0x30: return apic.command
        case 0x32...0x37: return UInt64(apic.localVectors[Int(register &- 0x32)])
        case 0x38: return UInt64(apic.timerInitialCount)
        case 0x39: return UInt64(currentCount(of: vcpu))
        case 0x3E: return UInt64(apic.timerDivide)
        default: return nil
        }
    }

    /// Writes a register of the local APIC.
    ///
    /// - Throws: `.generalProtection` for a register that cannot be written, or reserved bits.
    func writeLocalAPIC(_ register: UInt32, _ value: UInt64, of vcpu: VirtualCPU) throws(GuestFault) {
        guard register == 0x30 || value &>> 32 == 0 else { throw .generalProtection }
        let low = UInt32(truncatingIfNeeded: value)
        switch register {
        case 0x08:
            guard low & ~0xFF == 0 else { throw .generalProtection }
            backend.control(of: vcpu).taskPriority = UInt8(low &>> 4)
        case 0x0B:
            guard value == 0 else { throw .generalProtection }
            vcpu.localAPIC.endOfInterrupt()
        case 0x0F:
            vcpu.localAPIC.spurious = low & 0x1FF
        case 0x28:
            guard value == 0 else { throw .generalProtection }
            vcpu.localAPIC.errorStatus = vcpu.localAPIC.collectedErrors
            vcpu.localAPIC.collectedErrors = 0
        case 0x30:
            vcpu.localAPIC.command = value & ~(1 << 12)
            monitor.sendInterprocessorInterrupt(value, from: vcpu)
        case 0x32...0x37:
            vcpu.localAPIC.localVectors[Int(register &- 0x32)] = low & 0x7_07FF
        case 0x38:
            startLocalAPICTimer(of: vcpu, count: low)
        case 0x3E:
            vcpu.localAPIC.timerDivide = low & 0b1011
        case 0x3F:
            monitor.send(vector: UInt8(truncatingIfNeeded: low), to: vcpu, from: vcpu)
        default: throw .generalProtection
        }
        vcpu.pending.insert(.localAPIC)
    }

    private func startLocalAPICTimer(of vcpu: VirtualCPU, count: UInt32) {
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
        let tick = max(apic.timerPeriod / UInt64(apic.timerInitialCount), 1)
        return UInt32(truncatingIfNeeded: min(remaining / tick, UInt64(apic.timerInitialCount)))
    }
}
