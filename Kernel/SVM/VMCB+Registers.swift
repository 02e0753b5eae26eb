// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// The model-specific registers that a VMCB holds.
extension VMCB {
    func readRegister(_ index: UInt32) -> UInt64? {
        switch index {
        case ModelSpecificRegister.extendedFeatureEnable: efer.rawValue
        case ModelSpecificRegister.systemCallSegments: state.star
        case ModelSpecificRegister.systemCallTarget: state.lstar
        case ModelSpecificRegister.systemCallCompatibilityTarget: state.cstar
        case ModelSpecificRegister.systemCallFlagMask: state.sfmask
        case ModelSpecificRegister.fsBase: state.fs.base
        case ModelSpecificRegister.gsBase: state.gs.base
        case ModelSpecificRegister.kernelGSBase: state.kernelGSBase
        case ModelSpecificRegister.systemEnterSegment: state.sysenterCS
        case ModelSpecificRegister.systemEnterStack: state.sysenterESP
        case ModelSpecificRegister.systemEnterTarget: state.sysenterEIP
        case ModelSpecificRegister.pageAttributeTable: state.pageAttributeTable
        default: nil
        }
    }

    /// All but EFER and the page attribute table are the guest's to write without an exit, so only these two arrive here.
    func writeRegister(_ index: UInt32, _ value: UInt64) throws(GuestFault) -> Bool {
        switch index {
        case ModelSpecificRegister.extendedFeatureEnable:
            try writeExtendedFeatures(EFER(rawValue: value))
        case ModelSpecificRegister.pageAttributeTable:
            guard VMCB.isValidPageAttributeTable(value) else { throw .generalProtection }
            state.pageAttributeTable = value
        default: return false
        }
        return true
    }

    /// Long mode cannot be switched while paging is on; whether it is active is the processor's to say. (AMD APM vol. 2
    /// §3.1.7)
    private func writeExtendedFeatures(_ value: EFER) throws(GuestFault) {
        let writable: EFER = [.systemCall, .longModeEnable, .noExecuteEnable, .fastFXSave]
        let changed = value.symmetricDifference(state.efer)
        guard writable.union(.longModeActive).isSuperset(of: value),
            !(changed.contains(.longModeEnable) && state.cr0.contains(.paging))
        else { throw .generalProtection }
        let active = state.efer.intersection(.longModeActive)
        state.efer = value.intersection(writable).union(active).union(.secureVirtualMachineEnable)
    }

    /// Each of the eight bytes is a memory type: 0, 1, 4, 5, 6 or 7. (AMD APM vol. 2 §7.8.1)
    static func isValidPageAttributeTable(_ value: UInt64) -> Bool {
        for index in UInt64(0)..<8 {
            let type = value >> (index * 8) & 0xFF
            if type > 7 || type == 2 || type == 3 { return false }
        }
        return true
    }
}
