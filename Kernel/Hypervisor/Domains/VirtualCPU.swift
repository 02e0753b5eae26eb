// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Synchronization
import XenInterface

/// A virtual processor of a domain: everything about it that does not depend on the vendor. The VMCB or VMCS lies in
/// `controlFrame`.
///
/// Three kinds of state, by who may touch them: the registers and what goes with them belong to the processor that has the virtual
/// CPU (`seat.holder`); atomic values are everybody's; all else is under the lock of the domain.
public final class VirtualCPU {
    /// Its number in the domain.
    public let identifier: UInt32
    /// The domain.
    public let domain: Domain
    /// Where and when it runs.
    var seat = Seat()
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
    /// Whether CPUID raises #GP outside of privilege level 0: bit 0 of MISC_FEATURES_ENABLES.
    var hidesCPUID = false
    /// The memory-type range registers.
    var memoryTypes = MemoryTypeRanges()

    // Any processor asks for it.
    private let activityValue = Atomic<UInt8>(Activity.offline.rawValue)
    /// Whether it can run, and what for it waits otherwise. Written under the lock of the domain, and read by any processor.
    public internal(set) var activity: Activity {
        get { Activity(rawValue: activityValue.load(ordering: .sequentiallyConsistent)) ?? .offline }
        set {
            activityValue.store(newValue.rawValue, ordering: .sequentiallyConsistent)
            if newValue != .runnable { isInTurn = false }
        }
    }
    /// Whether it is its turn to run: cleared by whatever ends the turn.
    var isInTurn: Bool {
        get { !pending.contains(.endOfTurn) }
        set { if newValue { pending.remove(.endOfTurn) } else { pending.note(.endOfTurn) } }
    }
    /// How long it has spent in each state.
    var runstate = RunstateClock()
    private let infoAddress: Atomic<UInt64>
    /// The `vcpu_info` structure in the guest's memory; nil for a virtual CPU above 31 that has not registered one.
    var info: HostPhysicalAddress? {
        get {
            let address = infoAddress.load(ordering: .relaxed)
            return address == 0 ? nil : HostPhysicalAddress(address)
        }
        set { infoAddress.store(newValue?.value ?? 0, ordering: .relaxed) }
    }
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
    let pending = AtomicPendingWork()
    /// The exception to inject, when `.exception` is pending.
    var pendingException = PendingException(vector: .generalProtection, errorCode: 0)
    /// The timers, in system time.
    var timers = VirtualTimers() {
        didSet { seat.deadline.store(earliestDeadline, ordering: .relaxed) }
    }

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
        infoAddress = Atomic(domain.sharedInfo.vcpuInfo(identifier)?.value ?? 0)
    }

    /// The earliest of its deadlines; the watchdogs of the domain are the first virtual CPU's.
    var earliestDeadline: UInt64 { identifier == 0 ? min(timers.earliest, domain.earliestWatchdog) : timers.earliest }

    /// Whether it has been started and not been taken down.
    var isUp: Bool { activity != .offline }

    /// Whether a virtual CPU can run, and if not, why.
    public enum Activity: UInt8, Sendable {
        /// It runs or waits for its turn.
        case runnable
        /// It has executed HLT, or blocked by hypercall, and waits for an interrupt or event.
        case blocked
        /// It waits for one of some event channels.
        case polling
        /// It has not been started, or is down. One without a state, as before its first start or after INIT, also waits for a
        /// start-up message of the local APIC.
        case offline
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
    /// The general registers that go with it.
    var startRegisters = GuestRegisters()
}
