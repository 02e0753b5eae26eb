// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Hypervisor
import TestMemory

@testable import VMX

/// A VMCS that is a dictionary of fields, and does nothing by itself: the test plays the processor.
final class RecordedVMCS: VMCSAccess, ControlBlock {
    var capabilities: VMXCapabilities
    var cr2: UInt64 = 0
    var debugStatus: UInt64 = 0
    var hasFailed = false
    /// How often cached translations were dropped.
    private(set) var flushCount = 0

    private var fields: [UInt64: UInt64] = [:]
    private let frame = TestFrames(count: 1)

    init(_ processor: TestProcessor = TestProcessor()) {
        capabilities = processor.capabilities
    }

    var virtualAPICPage: HostPhysicalAddress { frame.first.address }

    func read(_ encoding: UInt64) -> UInt64 { fields[encoding] ?? 0 }

    /// A field keeps as many bits as it has, which bits 14:13 of its encoding tell.
    func write(_ encoding: UInt64, _ value: UInt64) {
        let mask: UInt64 =
            switch encoding >> 13 & 3 {
            case 0: 0xFFFF
            case 2: 0xFFFF_FFFF
            default: .max
            }
        fields[encoding] = value & mask
    }

    /// Whether a field has been written.
    func hasWritten(_ encoding: UInt64) -> Bool { fields[encoding] != nil }

    func flushOwnTranslations() { flushCount += 1 }

    /// The guest is left as soon as it is entered, for the reason that the test has written.
    func run(_ registers: inout GuestRegisters) -> Exit { exit }
}

extension RecordedVMCS {
    /// The task priority register of the virtual-APIC page, as the processor sees it.
    var storedTaskPriority: UInt8 {
        get { PhysicalMemory.read(UInt8.self, at: virtualAPICPage.advanced(by: 0x80)) }
        set { PhysicalMemory.write(newValue, at: virtualAPICPage.advanced(by: 0x80)) }
    }

    /// Puts the guest into 64-bit code, with paging, as the processor leaves it there.
    func enterLongMode() {
        self[GuestFields.cr0] = self[GuestFields.cr0].union([.protectionEnable, .paging])
        self[GuestFields.cr4] = self[GuestFields.cr4].union(.physicalAddressExtension)
        self[GuestFields.efer] = [.longModeEnable, .longModeActive]
        self[ControlFields.entry] = self[ControlFields.entry].union(.longModeGuest)
        self[GuestFields.accessRights(.cs)] = 0xA09B
    }
}
