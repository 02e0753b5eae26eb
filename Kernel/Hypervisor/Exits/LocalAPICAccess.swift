// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension VirtualMachineMonitor {
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
            sendInterprocessorInterrupt(value, from: vcpu)
        case 0x32...0x37:
            vcpu.localAPIC.localVectors[Int(register &- 0x32)] = low & 0x7_07FF
        case 0x38:
            startLocalAPICTimer(of: vcpu, count: low)
        case 0x3E:
            vcpu.localAPIC.timerDivide = low & 0b1011
        case 0x3F:
            send(vector: UInt8(truncatingIfNeeded: low), to: vcpu, from: vcpu)
        default: throw .generalProtection
        }
        vcpu.pending.insert(.localAPIC)
    }

    private func startLocalAPICTimer(of vcpu: VirtualCPU, count: UInt32) {
        let now = clock.now
        vcpu.localAPIC.timerInitialCount = count
        vcpu.localAPIC.timerStart = now
        vcpu.timers.localAPIC = count == 0 ? .max : now &+ vcpu.localAPIC.timerPeriod
        timersChanged()
    }

    private func currentCount(of vcpu: VirtualCPU) -> UInt32 {
        let apic = vcpu.localAPIC
        guard vcpu.timers.localAPIC != .max, apic.timerInitialCount > 0 else { return 0 }
        let now = clock.now
        let remaining = vcpu.timers.localAPIC > now ? vcpu.timers.localAPIC &- now : 0
        let tick = max(apic.timerPeriod / UInt64(apic.timerInitialCount), 1)
        return UInt32(truncatingIfNeeded: min(remaining / tick, UInt64(apic.timerInitialCount)))
    }

    /// Carries out an interrupt command: bits 7:0 the vector, 10:8 the delivery mode, 11 logical destination, 19:18 a
    /// shorthand, 63:32 the destination. (Intel SDM vol. 3A §11.6.1)
    private func sendInterprocessorInterrupt(_ command: UInt64, from sender: VirtualCPU) {
        let shorthand = command &>> 18 & 3
        let destination = UInt32(truncatingIfNeeded: command &>> 32)
        let isLogical = command & 1 << 11 != 0
        for target in sender.domain.vcpus {
            let isSelf = target === sender
            let isAddressed =
                switch shorthand {
                case 1: isSelf
                case 2: true
                case 3: !isSelf
                default: matches(target, destination, isLogical: isLogical)
                }
            if isAddressed { deliver(command, to: target, from: sender) }
        }
    }

    private func matches(_ target: VirtualCPU, _ destination: UInt32, isLogical: Bool) -> Bool {
        if destination == .max { return true }
        let identifier = target.localAPIC.identifier
        if !isLogical { return destination == identifier }
        return destination &>> 16 == identifier &>> 4 && destination & 1 &<< (identifier & 15) != 0
    }

    private func deliver(_ command: UInt64, to target: VirtualCPU, from sender: VirtualCPU) {
        let vector = UInt8(truncatingIfNeeded: command)
        switch command &>> 8 & 7 {
        case 0, 1: send(vector: vector, to: target, from: sender)
        case 4:
            target.pending.insert(.nonMaskableInterrupt)
            target.wake()
        case 5 where command & 1 << 14 != 0: reset(target)
        case 6: start(target, vector: vector)
        default: break
        }
    }

    /// A fixed interrupt. Vectors below 16 are an error of the sender's.
    private func send(vector: UInt8, to target: VirtualCPU, from sender: VirtualCPU) {
        if vector < 16 { sender.localAPIC.collectedErrors |= 1 << 5 }
        interrupt(target, vector: vector)
    }

    /// INIT: the virtual CPU waits for a start-up message.
    private func reset(_ target: VirtualCPU) {
        target.unbackedAccess.finish(of: target.domain)
        target.isInitialized = false
        target.activity = .waitingForStartup
        target.pending.formIntersection(.singleStep)
        target.timers = VirtualTimers()
        target.localAPIC = VirtualLocalAPIC(identifier: target.localAPIC.identifier)
    }

    /// A start-up message: a virtual CPU that waits for one starts in real mode; others ignore it.
    private func start(_ target: VirtualCPU, vector: UInt8) {
        guard target.activity == .waitingForStartup else { return }
        target.startState = .realMode(vector: vector)
        target.registers = .init()
        target.registers.rdx = UInt64(machine.cpuid(1, 0).eax)
        target.pending.insert(.startup)
        target.isInitialized = true
        target.activity = .runnable
    }
}
