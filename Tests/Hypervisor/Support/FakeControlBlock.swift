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
    var pageFaultAddress: UInt64 = 0
    /// The segment registers that are not flat.
    var segments: [SegmentRegister: Segment] = [:]

    func segment(_ register: SegmentRegister) -> Segment {
        segments[register] ?? (register == .cs ? .flatCode32 : .flatData)
    }

    var privilegeLevel: UInt8 = 0
    var isIn64BitCode = true
    var taskPriority: UInt8 = 0

    /// What the guest does until its next exit.
    var program: (inout GuestRegisters) -> Exit = { _ in .unexpected }
    var brokenRule: StaticString?
    var refusal: StaticString = "no reason"

    func run(_ registers: inout GuestRegisters) -> Exit { program(&registers) }

    /// What the last exit tells.
    var exitCode: UInt64 = 0
    var portAccess = PortAccess(
        port: 0, size: 1, isInput: true, isString: false, isRepeated: false, instructionLength: 1, addressSize: 8,
        segmentBase: 0)
    var faultAddress = GuestPhysicalAddress(0)
    var exception: (vector: UInt8, errorCode: UInt32) = (0, 0)

    /// How often CR2 or DR6 was written in the processor's place.
    private(set) var completedExceptionCount = 0

    /// The event that the next entry delivers.
    var injection = EventInjection.none
    var isInterruptShadowed = false
    var canTakeNonMaskableInterrupt = true
    /// Whether an exit has been asked for as soon as the guest can take non-maskable interrupts.
    private(set) var isNonMaskableWindowRequested = false
    /// Whether an exit has been asked for as soon as the guest can take interrupts.
    private(set) var isWindowRequested = false
    /// The priority class that has been asked for with it.
    private(set) var windowPriority: UInt8?
    var interceptedExceptions = InterceptedExceptions.always
    /// The bits of CR4 whose setting leads to an exit.
    private(set) var interceptedCR4: CR4 = []
    func interceptCR4(_ bits: CR4) { interceptedCR4 = bits }
    var debugStatus: UInt64 = 0xFFFF_0FF0
    /// The state that the virtual CPU was last started with.
    private(set) var loadedState: InitialState?
    /// The registers that the structure holds, by their index; 13 is a value that the processor would refuse.
    var registers: [UInt32: UInt64] = [ModelSpecificRegister.pageAttributeTable: 0x0007_0406_0007_0406]

    /// The length of the instruction that has exited, for a processor that tells it.
    var reportedLength: UInt64?

    func finishInstruction(length: UInt64) {
        instructionPointer &+= reportedLength ?? length
        if flags.contains(.trap) { injectSingleStep() }
    }

    func completeException() { completedExceptionCount += 1 }

    func requestNonMaskableInterruptWindow() { isNonMaskableWindowRequested = true }

    func requestInterruptWindow(priority: UInt8?) {
        isWindowRequested = true
        windowPriority = priority
    }

    func cancelInterruptWindow() {
        isNonMaskableWindowRequested = false
        isWindowRequested = false
        windowPriority = nil
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

    /// The processor has delivered what was injected: the next entry finds nothing.
    func deliver() -> EventInjection? {
        defer { injection = .none }
        return hasInjection ? injection : nil
    }
}
