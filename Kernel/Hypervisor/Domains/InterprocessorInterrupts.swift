// SPDX-License-Identifier: MIT
import Architecture
import CPU

extension VirtualMachineMonitor {
    /// Carries out an interrupt command: bits 7:0 the vector, 10:8 the delivery mode, 11 logical destination, 19:18 a
    /// shorthand, 63:32 the destination. (Intel SDM vol. 3A §11.6.1)
    func sendInterprocessorInterrupt(_ command: UInt64, from sender: VirtualCPU) {
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
    func send(vector: UInt8, to target: VirtualCPU, from sender: VirtualCPU) {
        if vector < 16 { sender.localAPIC.collectedErrors |= 1 << 5 }
        interrupt(target, vector: vector)
    }

    /// INIT: the virtual CPU waits for a start-up message. If it runs at the moment, its processor stops it, and drops the exit of the
    /// instruction at which it does. Its registers stay that processor's until they are replaced at the next start.
    private func reset(_ target: VirtualCPU) {
        target.unbackedAccess.finish(of: target.domain)
        target.isInitialized = false
        target.activity = .waitingForStartup
        target.attend()
        target.pending.remove([.exception, .nonMaskableInterrupt, .localAPIC, .interruptWindow, .startup])
        target.timers = VirtualTimers()
        target.localAPIC = VirtualLocalAPIC(identifier: target.localAPIC.identifier)
    }

    /// A start-up message: a virtual CPU that waits for one starts in real mode; others ignore it.
    private func start(_ target: VirtualCPU, vector: UInt8) {
        guard target.activity == .waitingForStartup else { return }
        target.startState = .realMode(vector: vector)
        target.startRegisters = .init()
        target.startRegisters.rdx = UInt64(machine.cpuid(1, 0).eax)
        target.pending.insert(.startup)
        target.isInitialized = true
        target.makeRunnable()
    }
}
