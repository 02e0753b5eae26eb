// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension PhysicalCPU {
    /// RDMSR.
    @inline(never)
    func handleReadMSR(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let index = UInt32(truncatingIfNeeded: vcpu.registers.rcx)
        guard let value = readMSR(index, of: vcpu, control) else {
            vcpu.raise(.generalProtection)
            return
        }
        vcpu.registers.rax = value & 0xFFFF_FFFF
        vcpu.registers.rdx = value &>> 32
        control.finishInstruction(length: 2)
    }

    /// WRMSR.
    @inline(never)
    func handleWriteMSR(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let index = UInt32(truncatingIfNeeded: vcpu.registers.rcx)
        let value = vcpu.registers.rdx &<< 32 | vcpu.registers.rax & 0xFFFF_FFFF
        do throws(GuestFault) {
            try writeMSR(index, value, of: vcpu, control)
            control.finishInstruction(length: 2)
        } catch {
            vcpu.raise(.generalProtection)
        }
    }

    /// The value of a register; nil where a guest gets #GP.
    private func readMSR(_ index: UInt32, of vcpu: VirtualCPU, _ control: Backend.Control) -> UInt64? {
        switch index {
        case ModelSpecificRegister.apicBase: return vcpu.localAPIC.base
        case ModelSpecificRegister.x2APICFirst...ModelSpecificRegister.x2APICLast:
            return readExtendedLocalAPIC(index & 0xFF, of: vcpu)
        case ModelSpecificRegister.timestamp: return cpu_read_timestamp()
        case ModelSpecificRegister.timestampAuxiliary: return vcpu.timestampAuxiliary
        case ModelSpecificRegister.miscellaneousFeatures: return vcpu.hidesCPUID ? 1 : 0
        case HypercallPage.modelSpecificRegister: return 0
        default:
            return control.readRegister(index) ?? vcpu.memoryTypes.read(index) ?? monitor.fixedRegisters.value(index)
        }
    }

    private func writeMSR(
        _ index: UInt32, _ value: UInt64, of vcpu: VirtualCPU, _ control: Backend.Control
    ) throws(GuestFault) {
        switch index {
        case ModelSpecificRegister.apicBase:
            try writeLocalAPICBase(value, of: vcpu)
        case ModelSpecificRegister.x2APICFirst...ModelSpecificRegister.x2APICLast:
            try writeExtendedLocalAPIC(index & 0xFF, value, of: vcpu)
        case ModelSpecificRegister.timestampAuxiliary:
            guard value &>> 32 == 0 else { throw .generalProtection }
            vcpu.timestampAuxiliary = value
            machine.reloadContext(of: vcpu)
        case ModelSpecificRegister.miscellaneousFeatures:
            guard value <= 1 else { throw .generalProtection }
            vcpu.hidesCPUID = value == 1
        case HypercallPage.modelSpecificRegister:
            try installHypercallPage(value, for: vcpu, control)
        default:
            if try control.writeRegister(index, value) { return }
            let addressWidth = UInt64(machine.cpuid(0x8000_0008, 0).eax & 0xFF)
            if try vcpu.memoryTypes.write(index, value, addressWidth: addressWidth) { return }
            guard monitor.fixedRegisters.acceptsWrite(index, value) else { throw .generalProtection }
        }
    }
}
