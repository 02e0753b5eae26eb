// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics

/// What a VMCB and a VMCS have in common: the state of a guest that is not in the general registers, and what the hypervisor
/// asks of the processor for the next entry. A value of a conforming type is a reference to the structure of one virtual CPU. It is
/// used only while that virtual CPU is current, or is being prepared.
public protocol ControlBlock {
    /// Runs the guest with these general registers until the next exit.
    func run(_ registers: inout GuestRegisters) -> Exit
    /// The rule of the vendor's manual that the structure breaks, and for which the processor would refuse it; nil when none.
    var brokenRule: StaticString? { get }
    /// After `Exit.invalidState`: what the processor says of its refusal.
    var refusal: StaticString { get }

    /// RIP.
    var instructionPointer: UInt64 { get nonmutating set }
    /// The linear address of the instruction at RIP.
    var instructionAddress: GuestLinearAddress { get }
    /// RFLAGS.
    var flags: RFlags { get nonmutating set }
    /// CR0 as the guest sees it.
    var cr0: CR0 { get }
    /// CR3.
    var cr3: UInt64 { get }
    /// CR4 as the guest sees it. What is written also drops the translations that the processor has cached.
    var cr4: CR4 { get nonmutating set }
    /// EFER as the guest sees it.
    var efer: EFER { get }
    /// RSP.
    var stackPointer: UInt64 { get nonmutating set }
    /// CR2: the address of the guest's last page fault.
    var pageFaultAddress: UInt64 { get nonmutating set }
    /// A segment register.
    func segment(_ register: SegmentRegister) -> Segment
    /// The current privilege level, 0 to 3; virtual-8086 mode is level 3.
    var privilegeLevel: UInt8 { get }
    /// Whether the guest executes 64-bit code.
    var isIn64BitCode: Bool { get }

    /// The vendor's code for the last exit, for a message.
    var exitCode: UInt64 { get }
    /// After `Exit.portIO`: the access.
    var portAccess: PortAccess { get }
    /// After `Exit.nestedPageFault`: the address that was accessed.
    var faultAddress: GuestPhysicalAddress { get }
    /// After `Exit.exception`: which one, and its error code.
    var exception: (vector: UInt8, errorCode: UInt32) { get }
    /// After `Exit.exception`: writes what the guest will look at when it gets the exception, and the processor has not written
    /// because of the exit: CR2 for a page fault, DR6 for a debug exception.
    func completeException()

    /// Moves RIP behind the instruction that has exited, and ends the interrupt shadow of the one before it. With RFLAGS.TF set, a
    /// debug exception follows.
    ///
    /// - Parameter length: the instruction's length in bytes, for processors that do not tell where the next one is.
    func finishInstruction(length: UInt64)

    /// The event that the next entry delivers; after an exit, the one whose delivery the exit has interrupted.
    var injection: EventInjection { get nonmutating set }
    /// Whether the instruction before RIP, STI or MOV SS, holds interrupts back for one more instruction.
    var isInterruptShadowed: Bool { get nonmutating set }
    /// Whether a non-maskable interrupt can be injected: the guest is not in the handler of one.
    var canTakeNonMaskableInterrupt: Bool { get }
    /// Asks for an exit as soon as the guest can take non-maskable interrupts.
    func requestNonMaskableInterruptWindow()
    /// Asks for an exit as soon as the guest can take interrupts.
    ///
    /// - Parameter priority: what the guest's task priority has to be below of; nil when no priority holds the interrupt back.
    func requestInterruptWindow(priority: UInt8?)
    /// Takes both requests back.
    func cancelInterruptWindow()
    /// The task priority, bits 7:4, that the guest may also change through CR8.
    var taskPriority: UInt8 { get nonmutating set }

    /// Has writes of CR4 lead to an exit, at least those that set one of these bits.
    func interceptCR4(_ bits: CR4)
    /// The exceptions that lead to an exit.
    var interceptedExceptions: InterceptedExceptions { get nonmutating set }
    /// DR6.
    var debugStatus: UInt64 { get nonmutating set }

    /// The value of a model-specific register that the structure holds; nil when it holds none of that index.
    func readRegister(_ index: UInt32) -> UInt64?
    /// Writes such a register. Returns false when the structure holds none of that index.
    ///
    /// - Throws: `.generalProtection` for a value that the processor would refuse.
    func writeRegister(_ index: UInt32, _ value: UInt64) throws(GuestFault) -> Bool

    /// Loads the registers with which a virtual CPU starts.
    func load(_ state: InitialState)
}

/// A set of exceptions: bit `n` is the exception of vector `n`.
public struct InterceptedExceptions: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// One exception.
    public init(_ exception: Exception) { rawValue = 1 << UInt32(exception.rawValue) }
}

/// An exception that an instruction of the guest's ends in.
public enum GuestFault: Error {
    /// #GP(0).
    case generalProtection
}

/// A vendor's way of running guests on one processor. The hypervisor is compiled once for each vendor.
public protocol VirtualizationBackend {
    /// The VMCB or VMCS.
    associatedtype Control: ControlBlock
    /// The format of its nested page tables.
    static var nestedPageTableFormat: NestedPageTableFormat { get }
    /// The hypercall instruction: the three bytes that go into a hypercall page.
    static var hypercallInstruction: InlineArray<3, UInt8> { get }
    /// The other vendor's.
    static var foreignHypercallInstruction: InlineArray<3, UInt8> { get }

    /// The control block in the frame of a virtual CPU.
    func control(of vcpu: VirtualCPU) -> Control
    /// Makes the control block of a new virtual CPU. Returns false when no frame is free for it.
    func prepare(_ vcpu: VirtualCPU) -> Bool
    /// Prepares this processor for a virtual CPU after another one has run.
    ///
    /// - Parameter isMoved: whether it has run on another processor last, or nowhere.
    func makeCurrent(_ vcpu: VirtualCPU, isMoved: Bool)
    /// Takes this processor's hands off the control block of the virtual CPU that is current. Any processor may run it then.
    func putAside(_ vcpu: VirtualCPU)
    /// Frees what the control block of a virtual CPU consists of, whose domain has ended and which no processor has.
    func retire(_ vcpu: VirtualCPU)
    /// Calls `body` for each frame that the backend has taken for a virtual CPU that has a control block.
    func forEachFrame(of vcpu: VirtualCPU, _ body: (HostFrame) -> Void)
    /// Drops what this processor has cached of a virtual CPU's address translations, before it runs again.
    func flushTranslations(of vcpu: VirtualCPU)
}

/// What the hypervisor's logic needs of the machine. Host tests have a platform that records.
public protocol Platform {
    /// Writes a line to the log.
    static func log(_ level: LogLevel, _ message: Message)
    /// Writes a line of a domain's console.
    static func writeConsole(domain: UInt16, line: Message)
    /// Asks for a physical interrupt of this processor in `nanoseconds`; at once for 0.
    func setTimer(in nanoseconds: UInt64)
    /// Interrupts another processor, by its number.
    func interrupt(_ processor: Int)
    /// Takes the physical interrupts that are pending.
    func takeInterrupts()
    /// Sleeps until there is one.
    func waitForInterrupt()
    /// CPUID of the processor.
    func cpuid(_ leaf: UInt32, _ subleaf: UInt32) -> CPUIDResult
    /// The XCR0 components that guests may use; empty when the processor has no XSAVE.
    var extendedStateComponents: XCR0 { get }
    /// Writes the registers of a virtual CPU that neither world switch nor control block holds to memory.
    func saveContext(of vcpu: VirtualCPU)
    /// Loads them again.
    func loadContext(of vcpu: VirtualCPU)
    /// Of these, writes the x87, SSE and AVX registers of the running virtual CPU to memory. They stay loaded.
    func saveVectors(of vcpu: VirtualCPU)
    /// Loads them again.
    func loadVectors(of vcpu: VirtualCPU)
    /// Makes a new value of XCR0 or TSC_AUX of the running virtual CPU take effect.
    func reloadContext(of vcpu: VirtualCPU)
}
