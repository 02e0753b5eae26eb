// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Hypervisor

/// A reference to the VMCS of a virtual CPU, which lies in its control frame. VMREAD and VMWRITE act on the processor's current
/// VMCS, so a value is used only while its VMCS is that.
@safe
struct CurrentVMCS: VMCSAccess, ControlBlock {
    private let owner: UnsafeMutablePointer<VMCS>

    /// The VMCS of a virtual CPU with this control frame.
    @inline(__always)
    init(at address: HostPhysicalAddress) {
        // SAFETY: a control frame is its virtual CPU's own for as long as that exists, and larger than the value in it.
        unsafe owner = UnsafeMutablePointer(bitPattern: UInt(address.value)).unsafelyUnwrapped
    }

    /// Puts a VMCS into the control frame.
    func adopt(_ vmcs: consuming VMCS) {
        // SAFETY: nothing is in a new frame.
        unsafe owner.initialize(to: vmcs)
    }

    /// Takes it out again: the processor forgets it, and its memory is free.
    func discard() {
        // SAFETY: `adopt` has put it there, and nothing uses it any more.
        unsafe _ = owner.deinitialize(count: 1)
    }

    /// Calls `body` for each of its frames.
    func forEachFrame(_ body: (HostFrame) -> Void) { unsafe owner.pointee.forEachFrame(body) }

    /// Makes it current, with the registers that it does not hold.
    func load() { unsafe owner.pointee.load() }
    func clear() { unsafe owner.pointee.clear() }
    func saveUnheldRegisters() { unsafe owner.pointee.unheldRegisters.save() }
    func restoreUnheldRegisters() { unsafe owner.pointee.unheldRegisters.restore() }

    var capabilities: VMXCapabilities { unsafe owner.pointee.capabilities }
    var virtualAPICPage: HostPhysicalAddress { unsafe owner.pointee.virtualAPICPage.address }
    var hasFailed: Bool { unsafe owner.pointee.hasFailed }

    @inline(__always)
    func read(_ encoding: UInt64) -> UInt64 { cpu_vmread(encoding) }
    @inline(__always)
    func write(_ encoding: UInt64, _ value: UInt64) { cpu_vmwrite(encoding, value) }

    var cr2: UInt64 {
        get { cpu_read_cr2() }
        nonmutating set { cpu_write_cr2(newValue) }
    }

    var debugStatus: UInt64 {
        get { cpu_read_dr6() }
        nonmutating set { cpu_write_dr6(newValue) }
    }

    func flushOwnTranslations() {
        let isSingle = capabilities.extendedPaging.contains(.invvpidSingle)
        cpu_invvpid(isSingle ? 1 : 2, UInt64(self[ControlFields.virtualProcessorIdentifier]))
    }

    /// Runs the guest. An event whose delivery the exit has interrupted is injected again at the next entry.
    @inline(__always)
    func run(_ registers: inout GuestRegisters) -> Exit {
        // SAFETY: the registers belong to the virtual CPU, which exists for as long as it runs.
        guard unsafe vmx_world_switch(&registers, owner.pointee.isLaunched) else {
            unsafe owner.pointee.hasFailed = true
            return .invalidState
        }
        unsafe owner.pointee.isLaunched = true
        if self[ExitFields.vectoring] & 1 << 31 != 0 { injectAgain() }
        return exit
    }
}
