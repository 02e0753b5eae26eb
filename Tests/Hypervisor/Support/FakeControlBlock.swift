// SPDX-License-Identifier: MIT
import Architecture
import CPU

@testable import Hypervisor

/// A control block that is a plain object: the guest's registers are set by the test, and what the hypervisor asks for is
/// kept for the test to see.
final class FakeControlBlock: ControlBlock {
    var instructionPointer: UInt64 = 0x1000
    var instructionAddress: GuestLinearAddress { GuestLinearAddress(instructionPointer) }
    var flags: RFlags = [.alwaysOne, .interruptEnable]
    var cr0: CR0 = [.protectionEnable, .extensionType]
    var cr3: UInt64 = 0
    var cr4: CR4 = []
    var efer: EFER = []
    var stackPointer: UInt64 = 0
    var privilegeLevel: UInt8 = 0
    var isIn64BitCode = true
    var taskPriority: UInt8 = 0

    /// What the guest does until its next exit.
    var program: (inout GuestRegisters) -> Exit = { _ in .unexpected }
    var brokenRule: StaticString?

    func run(_ registers: inout GuestRegisters) -> Exit { program(&registers) }

    /// What the last exit tells.
    var exitCode: UInt64 = 0
    var portAccess = PortAccess(
        port: 0, size: 1, isInput: true, isString: false, isRepeated: false, instructionLength: 1, addressSize: 8,
        segmentBase: 0)
    var faultAddress = GuestPhysicalAddress(0)
    var exception: (vector: UInt8, errorCode: UInt32) = (0, 0)

    /// What is to be delivered at the next entry.
    enum Injection: Equatable {
        case interrupt(UInt8)
        case exception(UInt8, UInt32?)
        case nonMaskableInterrupt
    }

    /// The event that the next entry delivers.
    private(set) var injection: Injection?
    /// Whether an exit has been asked for as soon as the guest can take interrupts.
    private(set) var isWindowRequested = false
    /// The priority class that has been asked for with it.
    private(set) var windowPriority: UInt8?
    /// Whether one instruction is being stepped over.
    private(set) var isStepping = false
    /// The state that the virtual CPU was last started with.
    private(set) var loadedState: InitialState?
    /// How often translations were dropped.
    private(set) var flushCount = 0
    /// The registers that the structure holds, by their index; 13 is a value that the processor would refuse.
    var registers: [UInt32: UInt64] = [ModelSpecificRegister.pageAttributeTable: 0x0007_0406_0007_0406]

    func finishInstruction(length: UInt64) { instructionPointer &+= length }

    var canTakeInterrupt: Bool { flags.contains(.interruptEnable) && injection == nil }
    var hasInjection: Bool { injection != nil }
    func injectInterrupt(_ vector: UInt8) { injection = .interrupt(vector) }
    func injectException(_ vector: UInt8, errorCode: UInt32?) { injection = .exception(vector, errorCode) }
    func injectNonMaskableInterrupt() { injection = .nonMaskableInterrupt }

    func requestInterruptWindow(priority: UInt8?) {
        isWindowRequested = true
        windowPriority = priority
    }

    func cancelInterruptWindow() {
        isWindowRequested = false
        windowPriority = nil
    }

    func beginSingleStep() { isStepping = true }
    func endSingleStep() -> Bool {
        isStepping = false
        return flags.contains(.trap)
    }

    func readRegister(_ index: UInt32) -> UInt64? { registers[index] }

    func writeRegister(_ index: UInt32, _ value: UInt64) throws(GuestFault) -> Bool {
        guard registers[index] != nil else { return false }
        guard value != 13 else { throw .generalProtection }
        registers[index] = value
        return true
    }

    func load(_ state: InitialState) {
        loadedState = state
        instructionPointer = state.instructionPointer
        flags = state.flags
        (cr0, cr3, cr4, efer) = (state.cr0, state.cr3, state.cr4, state.efer)
    }

    func flushTranslations() { flushCount += 1 }

    /// The processor has delivered what was injected: the next entry finds nothing.
    func deliver() -> Injection? {
        defer { injection = nil }
        return injection
    }
}
