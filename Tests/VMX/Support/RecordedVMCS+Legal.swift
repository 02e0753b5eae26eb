// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import TestMemory

@testable import VMX

extension RecordedVMCS {
    /// A guest in flat 32-bit mode that the processor enters, with the control words that Apus computes.
    static func legal(_ processor: TestProcessor = TestProcessor()) throws -> RecordedVMCS {
        let vmcs = RecordedVMCS(processor)
        vmcs.writeLegalControls(try VMXControls(processor.capabilities, hasTimestampAuxiliary: true))
        vmcs.writeLegalHost()
        vmcs.load(.protectedMode(entry: 0x1000))
        return vmcs
    }

    private func writeLegalControls(_ controls: VMXControls) {
        let frame = TestFrames(count: 1)
        writeControls(controls, MSRBitmap(in: frame.first))
        // The memory of a test lies beyond the physical addresses of the processor that it plays.
        self[ControlFields.msrBitmap] = 0x4000
        self[ControlFields.virtualAPICPage] = 0x5000
        self[ControlFields.extendedPageTables] = 0x6000 | 3 << 3 | 6
        self[ControlFields.virtualProcessorIdentifier] = 1
    }

    private func writeLegalHost() {
        self[HostFields.cr0] = 0x8001_0033
        self[HostFields.cr3] = 0x7000
        self[HostFields.cr4] = 0x2020
        self[HostFields.efer] = [.longModeEnable, .longModeActive, .noExecuteEnable]
        self[HostFields.pageAttributeTable] = 0x0007_0406_0007_0406
        self[HostFields.csSelector] = 0x08
        self[HostFields.trSelector] = 0x18
        self[HostFields.rip] = 0x10_0000
    }
}

extension RecordedVMCS {
    /// A guest in 64-bit code that the processor enters.
    static func legalLong() throws -> RecordedVMCS {
        let vmcs = try legal()
        vmcs.enterLongMode()
        return vmcs
    }

    /// A guest in virtual-8086 mode that the processor enters.
    static func legalVirtual8086() throws -> RecordedVMCS {
        let vmcs = try legal()
        vmcs.flags.insert(.virtual8086)
        for register in [.es, .cs, .ss, .ds, .fs, .gs] as [GuestFields.SegmentRegister] {
            vmcs[GuestFields.selector(register)] = 0x1230
            vmcs[GuestFields.base(register)] = 0x1_2300
            vmcs[GuestFields.limit(register)] = 0xFFFF
            vmcs[GuestFields.accessRights(register)] = 0xF3
        }
        return vmcs
    }
}
