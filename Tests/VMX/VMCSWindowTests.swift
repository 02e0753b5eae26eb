// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Exits as soon as the guest can take an event, and the task priority. (Intel SDM vol. 3C §27.7.5 to §27.7.7, §30.1)
struct VMCSWindowTests {
    /// A guest with some controls that must stay.
    private func makeGuest(taskPriority: UInt8 = 0) -> RecordedVMCS {
        let vmcs = RecordedVMCS()
        vmcs[ControlFields.processorBased] = [.haltExiting, .msrBitmap]
        vmcs.taskPriority = taskPriority
        return vmcs
    }

    @Test("an interrupt window is a control, until it is taken back")
    func interruptWindow() {
        let vmcs = makeGuest()
        vmcs.requestInterruptWindow(priority: nil)
        #expect(vmcs[ControlFields.processorBased] == [.haltExiting, .msrBitmap, .interruptWindowExiting])
        vmcs.cancelInterruptWindow()
        #expect(vmcs[ControlFields.processorBased] == [.haltExiting, .msrBitmap])
    }

    @Test("a window for non-maskable interrupts is another control; both are taken back together")
    func nonMaskableInterruptWindow() {
        let vmcs = makeGuest()
        vmcs.requestNonMaskableInterruptWindow()
        #expect(vmcs[ControlFields.processorBased] == [.haltExiting, .msrBitmap, .nmiWindowExiting])
        vmcs.requestInterruptWindow(priority: nil)
        vmcs.cancelInterruptWindow()
        #expect(vmcs[ControlFields.processorBased] == [.haltExiting, .msrBitmap])
    }

    @Test("the task priority is bits 7:4 of the register in the virtual-APIC page")
    func taskPriority() {
        let vmcs = makeGuest()
        vmcs.storedTaskPriority = 0x9F
        #expect(vmcs.taskPriority == 9)
        vmcs.taskPriority = 0xC
        #expect(vmcs.storedTaskPriority == 0xC0)
        vmcs.taskPriority = 0xFF
        #expect(vmcs.taskPriority == 0xF)
    }

    @Test("an interrupt that the task priority holds back asks for an exit when that falls below the interrupt's")
    func threshold() {
        let vmcs = makeGuest(taskPriority: 12)
        vmcs.requestInterruptWindow(priority: 8)
        #expect(vmcs[ControlFields.taskPriorityThreshold] == 8)
        #expect(!vmcs[ControlFields.processorBased].contains(.interruptWindowExiting))
        vmcs.cancelInterruptWindow()
        #expect(vmcs[ControlFields.taskPriorityThreshold] == 0)
    }

    @Test(
        "the threshold is never above the task priority, which the processor would refuse",
        arguments: 0...15 as ClosedRange<UInt8>)
    func thresholdLimit(taskPriority: UInt8) {
        for priority in UInt8.min...UInt8.max {
            let vmcs = makeGuest(taskPriority: taskPriority)
            vmcs.requestInterruptWindow(priority: priority)
            #expect(vmcs[ControlFields.taskPriorityThreshold] <= UInt32(taskPriority))
        }
    }

    @Test("nor is it after the hypervisor has changed the task priority")
    func thresholdAfterChange() {
        let vmcs = makeGuest(taskPriority: 12)
        vmcs.requestInterruptWindow(priority: 8)
        vmcs.taskPriority = 3
        #expect(vmcs[ControlFields.taskPriorityThreshold] == 0)
    }
}
