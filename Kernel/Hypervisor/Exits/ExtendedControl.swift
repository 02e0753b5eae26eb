// SPDX-License-Identifier: MIT
import Architecture
import CPU

extension PhysicalCPU {
    /// XSETBV: only XCR0, only components that the guest may use, x87 always, AVX only with SSE. (AMD APM vol. 2 §11.5.2)
    @inline(never)
    func handleSetExtendedControl(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let value = XCR0(rawValue: vcpu.registers.rdx &<< 32 | vcpu.registers.rax & 0xFFFF_FFFF)
        let isAllowed =
            vcpu.registers.rcx & 0xFFFF_FFFF == 0 && value.contains(.x87)
            && machine.extendedStateComponents.isSuperset(of: value)
            && (!value.contains(.avx) || value.contains(.sse))
        guard control.cr4.contains(.xsave) else {
            vcpu.raise(.invalidOpcode)
            return
        }
        guard isAllowed, control.privilegeLevel == 0 else {
            vcpu.raise(.generalProtection)
            return
        }
        vcpu.extendedControl = value
        machine.reloadContext(of: vcpu)
        control.finishInstruction(length: 3)
    }
}
