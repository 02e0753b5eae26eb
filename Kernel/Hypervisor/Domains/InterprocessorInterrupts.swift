// SPDX-License-Identifier: MIT
import Architecture
import CPU

extension VirtualMachineMonitor {
    /// Carries out an interrupt command: bits 7:0 the vector, 10:8 the delivery mode, 11 logical destination, 19:18 a
    /// shorthand. (Intel SDM vol. 3A §11.6.1)
    func sendInterprocessorInterrupt(_ command: UInt32, to destination: UInt32, from sender: VirtualCPU) {
        let shorthand = command &>> 18 & 3
        let isLogical = command & 1 << 11 != 0
        for target in sender.domain.vcpus {
            let isSelf = target === sender
            let isAddressed =
                switch shorthand {
                case 1: isSelf
                case 2: true
                case 3: !isSelf
                default: target.localAPIC.isNamed(by: destination, isLogical: isLogical)
                }
            if isAddressed { deliver(command, to: target, from: sender) }
        }
    }

    private func deliver(_ command: UInt32, to target: VirtualCPU, from sender: VirtualCPU) {
        let vector = UInt8(truncatingIfNeeded: command)
        switch command &>> 8 & 7 {
        case 0, 1: send(vector: vector, to: target, from: sender)
        case 4:
            target.pending.insert(.nonMaskableInterrupt)
            target.wake()
        case 5 where command & 0xC000 != 0x8000: reset(target)  // and not its end: level-triggered, and released
        case 6: start(target, vector: vector)
        case 7: sender.domain.end(.destroyed("sent an external interrupt by its local APIC"))
        default: break
        }
    }

    /// A fixed interrupt. Vectors below 16 are an error of the sender's.
    func send(vector: UInt8, to target: VirtualCPU, from sender: VirtualCPU) {
        guard vector >= 16 else { return sender.localAPIC.note(VirtualLocalAPIC.sentIllegalVector) }
        interrupt(target, vector: vector)
    }

    /// INIT: the virtual CPU is as it was before its first start. If it runs at the moment, its processor stops it, and drops the exit of the
    /// instruction at which it does. Its registers stay that processor's until they are replaced at the next start. The mode of its
    /// local APIC and its identifier stay. When no other virtual CPU is up, nobody can send that message, and the domain has powered itself off.
    private func reset(_ target: VirtualCPU) {
        guard target.isInitialized else { return }
        target.isInitialized = false
        takeDown(target)
        target.pending.remove([.exception, .nonMaskableInterrupt, .localAPIC, .interruptWindow, .startup])
        target.timers = VirtualTimers()
        let (base, identifier) = (target.localAPIC.base, target.localAPIC.pagedIdentifier)
        target.localAPIC.reset()
        (target.localAPIC.base, target.localAPIC.pagedIdentifier) = (base, identifier)
    }

    /// A start-up message: a virtual CPU that has been given no state yet, or was reset, starts in real mode; others ignore it.
    private func start(_ target: VirtualCPU, vector: UInt8) {
        guard !target.isInitialized else { return }
        target.startState = .realMode(vector: vector)
        target.startRegisters = .init()
        target.startRegisters.rdx = UInt64(machine.cpuid(1, 0).eax)
        target.pending.insert(.startup)
        target.isInitialized = true
        target.makeRunnable()
    }
}
