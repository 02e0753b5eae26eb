// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import Locking
import XenInterface

extension PhysicalCPU {
    /// Handles an exit: one line for each kind. Those that concern more than the virtual CPU's own registers are handled under the lock
    /// of its domain.
    @inline(__always)
    func handle(_ exit: Exit, of vcpu: VirtualCPU) {
        switch exit {
        case .hypercall: withDomain(of: vcpu) { handleHypercall(of: vcpu) }
        case .cpuid: handleCPUID(of: vcpu)
        case .readMSR: withDomain(of: vcpu) { handleReadMSR(of: vcpu) }
        case .writeMSR: withDomain(of: vcpu) { handleWriteMSR(of: vcpu) }
        case .portIO: withDomain(of: vcpu) { handlePortIO(of: vcpu) }
        case .halt: withDomain(of: vcpu) { handleHalt(of: vcpu) }
        case .nestedPageFault: withDomain(of: vcpu) { handleNestedPageFault(of: vcpu) }
        case .writeDebugControl: withDomain(of: vcpu) { handleWriteDebugControl(of: vcpu) }
        case .writeCR4: withDomain(of: vcpu) { handleWriteCR4(of: vcpu) }
        case .setExtendedControl: handleSetExtendedControl(of: vcpu)
        case .invalidateCaches: backend.control(of: vcpu).finishInstruction(length: 2)
        case .undefinedInstruction: vcpu.raise(.invalidOpcode)
        case .forbiddenInstruction: vcpu.raise(.generalProtection)
        case .settled: break
        case .interruptWindow: closeInterruptWindow(of: vcpu)
        case .physicalInterrupt: handlePhysicalInterrupt(of: vcpu)
        case .physicalNonMaskableInterrupt: Machine.log(.warning, "a non-maskable interrupt arrived and was ignored")
        case .exception: withDomain(of: vcpu) { handleException(of: vcpu) }
        case .tripleFault: withDomain(of: vcpu) { handleTripleFault(of: vcpu) }
        case .invalidState: withDomain(of: vcpu) { handleInvalidState(of: vcpu) }
        case .unexpected: withDomain(of: vcpu) { handleUnexpected(of: vcpu) }
        }
    }

    /// Handles an exit under the lock of the domain.
    ///
    /// Another virtual CPU may have reset this one, or taken it down, since it has left its guest. Then the exit is dropped: the
    /// guest has not executed the instruction yet, and does it again if it ever goes on.
    @inline(__always)
    private func withDomain(of vcpu: VirtualCPU, _ body: () -> Void) {
        vcpu.domain.lock.acquire()
        if vcpu.activity == .runnable { body() }
        monitor.settle(vcpu.domain)
        vcpu.domain.lock.release()
    }

    @inline(never)
    private func handleUnexpected(of vcpu: VirtualCPU) {
        Machine.log(.error, "unexpected exit \(hex: backend.control(of: vcpu).exitCode)")
        destroy(vcpu, "an exit that the hypervisor did not ask for")
    }

    /// Ends a domain that has done something that has no other outcome, and says where. Its lock is held.
    @inline(never)
    func destroy(_ vcpu: VirtualCPU, _ why: StaticString) {
        let control = backend.control(of: vcpu)
        let place: Message =
            "d\(vcpu.domain.identifier.rawValue)v\(vcpu.identifier) at rip \(hex: control.instructionPointer), rsp \(hex: control.stackPointer), cr3 \(hex: control.cr3)"
        Machine.log(.error, place)
        vcpu.domain.end(.destroyed(why))
    }

    /// The processor has refused to enter the guest: a fault of the hypervisor, or of a rule that it does not know.
    @inline(never)
    private func handleInvalidState(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        Machine.log(.error, "the processor refused the guest's state: \(control.refusal)")
        if let rule = control.brokenRule { Machine.log(.error, "broken rule: \(rule)") }
        destroy(vcpu, "the processor refused its state")
    }

    /// A triple fault resets a machine: the domain asks for a reboot, as on Xen.
    @inline(never)
    func handleTripleFault(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let identifier = vcpu.domain.identifier.rawValue
        Machine.log(
            .warning, "d\(identifier)v\(vcpu.identifier) triple fault at rip \(hex: control.instructionPointer)")
        vcpu.domain.end(.shutdown(.reboot))
    }
}
