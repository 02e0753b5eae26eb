// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

/// A virtual processor of a domain: everything about it that does not depend on the vendor. The VMCB or VMCS lies in
/// `controlFrame`.
public final class VirtualCPU {
    /// Its number in the domain.
    public let identifier: UInt32
    /// The domain.
    public let domain: Domain
    /// The general registers while the guest is not running.
    public var registers = GuestRegisters()
    /// The frame of the VMCB or VMCS.
    public let controlFrame: OwnedFrame
    /// Whether there is a control block in it: the processor that runs it first makes one.
    var hasControlBlock = false
    /// Where the x87, SSE and AVX registers are while another virtual CPU runs.
    public let floatingPoint: OwnedFrame
    /// DR0 to DR3 while another virtual CPU runs.
    public var debugAddresses = DebugAddresses()
    /// XCR0.
    public var extendedControl = XCR0.x87
    /// TSC_AUX.
    public var timestampAuxiliary: UInt64 = 0

    /// Whether it can run, and what for it waits otherwise.
    public internal(set) var activity = Activity.offline {
        didSet {
            if activity != .runnable { isInTurn = false }
        }
    }
    /// Whether it is its turn to run: cleared by whatever ends the turn.
    var isInTurn = false
    /// How long it has spent in each state.
    var runstate = RunstateClock()
    /// The `vcpu_info` structure in the guest's memory; nil for a virtual CPU above 31 that has not registered one.
    var info: HostPhysicalAddress?
    /// The frame in which the guest has registered a place for it, which it may do once.
    var registeredInfo: HeldFrame?
    /// Whether it has done so.
    var hasRegisteredInfo = false
    /// The vector on which its local APIC announces events; 0 when they come by the domain's callback vector.
    var upcallVector: UInt8 = 0
    /// Its queues of events, once the guest has set them up.
    var eventQueues: EventQueues?
    /// The ports of its virtual interrupts, by their numbers; 0 for one that is not bound. Those that belong to the whole domain
    /// are the first virtual CPU's.
    var virtualInterruptPorts = InlineArray<24, UInt32>(repeating: 0)
    /// While it polls: the only port it polls, or 0 for several.
    var polledPort: UInt32 = 0
    /// Whether it has been given a state to start in.
    var isInitialized = false
    /// Its local APIC.
    var localAPIC: VirtualLocalAPIC
    /// What has to be done before the guest is entered again.
    var pending: PendingWork = []
    /// The exception to inject, when `.exception` is pending.
    var pendingException = PendingException(vector: .generalProtection, errorCode: 0)
    /// The timers, in system time.
    var timers = VirtualTimers()
    /// The unbacked pages that are mapped for the one instruction that is being stepped over.
    var unbackedAccess = UnbackedAccess()

    /// A virtual CPU that is offline. Nil when no frame is free.
    init?(identifier: UInt32, domain: Domain, allocator: FrameAllocator) {
        guard let controlFrame = OwnedFrame(from: allocator), let floatingPoint = OwnedFrame(from: allocator) else {
            return nil
        }
        self.identifier = identifier
        self.domain = domain
        // The x87 control word and MXCSR as a reset leaves them: all floating-point exceptions are masked.
        PhysicalMemory.write(UInt16(0x37F), at: floatingPoint.address)
        PhysicalMemory.write(UInt32(0x1F80), at: floatingPoint.address.advanced(by: 24))
        self.controlFrame = controlFrame
        self.floatingPoint = floatingPoint
        localAPIC = VirtualLocalAPIC(identifier: identifier &* 2)
        info = domain.sharedInfo.vcpuInfo(identifier)
    }

    /// Whether it has been started and not been taken down.
    var isUp: Bool { activity != .offline && activity != .waitingForStartup }

    /// Whether a virtual CPU can run, and if not, why.
    public enum Activity: UInt8, Sendable {
        /// It runs or waits for its turn.
        case runnable
        /// It has executed HLT, or blocked by hypercall, and waits for an interrupt or event.
        case blocked
        /// It waits for one of some event channels.
        case polling
        /// It has been reset by INIT and waits for a start-up message of the local APIC.
        case waitingForStartup
        /// It has not been started, or is down.
        case offline
    }

    /// What a guest entry must take care of first.
    struct PendingWork: OptionSet {
        let rawValue: UInt8
        /// An exception is to be injected.
        static let exception = PendingWork(rawValue: 1 << 0)
        /// A non-maskable interrupt is to be injected.
        static let nonMaskableInterrupt = PendingWork(rawValue: 1 << 1)
        /// The local APIC may have an interrupt to deliver.
        static let localAPIC = PendingWork(rawValue: 1 << 2)
        /// Interrupts wait for the guest to be able to take them.
        static let interruptWindow = PendingWork(rawValue: 1 << 3)
        /// A state of the virtual CPU has been set from outside and must be loaded into the VMCB or VMCS.
        static let startup = PendingWork(rawValue: 1 << 4)
        /// An instruction is being stepped over.
        static let singleStep = PendingWork(rawValue: 1 << 5)
    }

    /// An exception that the hypervisor raises in the guest.
    struct PendingException {
        let vector: Exception
        let errorCode: UInt32
    }

    /// Raises an exception in the guest, in place of finishing its instruction.
    func raise(_ vector: Exception, errorCode: UInt32 = 0) {
        pendingException = PendingException(vector: vector, errorCode: errorCode)
        pending.insert(.exception)
    }

    /// The state in which it starts when `.startup` is pending.
    var startState = InitialState.protectedMode(entry: 0)
}
