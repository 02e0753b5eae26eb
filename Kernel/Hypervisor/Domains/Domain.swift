// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import Locking
import Synchronization
import XenInterface

/// A virtual machine: its memory, its virtual CPUs, and what of Xen's services it has.
///
/// Everything that changes is under its lock, but for atomic values. A processor holds the lock while it works for one of the virtual
/// CPUs. Whoever holds the lock of one domain does not take that of another: see `VirtualMachineMonitor.visit`.
public final class Domain {
    /// Held while anything of the domain is looked at or changed.
    let lock = SpinLock(.domain)
    /// Who runs its virtual CPUs, and when.
    let scheduler: Scheduler
    /// What it may have of the processors' time. What changes in it, does so while credit is given out.
    var share: SchedulingShare
    /// How often translations had to be dropped: see `VirtualMachineMonitor.settle`.
    let generation = Atomic<UInt64>(1)
    /// Its number; other domains and the log name it by this.
    public let identifier: DomainIdentifier
    /// Its name, for people.
    public let name: Message
    /// The 16 bytes that `xen_version(guest_handle)` gives, by which the world knows it.
    public let handle: InlineArray<16, UInt8>
    /// Its memory.
    public internal(set) var physicalMap: PhysicalMap
    /// The most frames of ordinary memory that it may have.
    public let maximumFrameCount: UInt64
    /// The page it shares with the hypervisor.
    public internal(set) var sharedInfo: SharedInfo
    /// Its event channels.
    var eventChannels: EventChannels
    /// The words of its events, if it has them in queues.
    var eventArray: EventArray?
    /// Whether it has. Asked for each event, and quicker to answer than the array itself.
    var eventArrayIsThere = false
    /// Whether a virtual CPU has begun to poll since there was none that did. Likewise.
    var mayHavePollers = false
    /// Where a reset of its event channels goes on that was interrupted; 0 when there is none.
    var nextPortToReset: UInt32 = 0
    /// The physical interrupts that are bound to ports, a bit for each.
    var physicalInterrupts: UInt64 = 0
    /// Its grant table.
    var grantTable: GrantTable
    /// Its virtual CPUs, by number.
    public internal(set) var vcpus: [VirtualCPU] = []
    /// The memory map that it was built with, or has set.
    var memoryMap: MemoryMap
    /// What its HVM parameters hold.
    var parameters = HVMParameters()
    /// Its console, until there is a control domain to serve it.
    var console: DomainConsole
    /// Its connection to the store, likewise.
    var xenstore: XenstoreConnection
    /// When its two watchdogs end it, in system time; `UInt64.max` for one that is not started.
    var watchdogs = InlineArray<2, UInt64>(repeating: .max) {
        didSet {
            if let first = vcpus.first { first.seat.deadline.store(first.earliestDeadline, ordering: .relaxed) }
        }
    }
    /// Where its special pages are mapped.
    var placement = SpecialPlacement()
    /// The reason for a shutdown that the domain has announced.
    var announcedReason: ShutdownReason?
    /// Whether run states carry a mark while they are being written: the guest may look at the same time, on another processor.
    var marksRunstateUpdates = false
    /// Why it has ended; nil while it runs.
    public internal(set) var end: End?
    /// Whether somebody has begun to remove it. Under the lock of the list of domains.
    var isBeingRemoved = false
    private let endFlag = Atomic<Bool>(false)
    /// Whether it has ended, for those who do not hold its lock.
    @inline(__always)
    var hasEnded: Bool { endFlag.load(ordering: .sequentiallyConsistent) }

    /// Why a domain has ended.
    public enum End {
        /// It has shut itself down.
        case shutdown(ShutdownReason)
        /// The hypervisor has ended it, because it did something that has no other outcome.
        case destroyed(StaticString)
    }

    /// A domain without memory and virtual CPUs. Nil when too few frames are free.
    ///
    /// - Parameter vcpuCount: how many virtual CPUs it is to have.
    init?(
        identifier: DomainIdentifier, name: Message, handle: InlineArray<16, UInt8>, frameCount: UInt64, vcpuCount: Int,
        format: NestedPageTableFormat, allocator: FrameAllocator, scheduler: Scheduler,
        share: SchedulingShare = SchedulingShare()
    ) {
        let tableLimit = Domain.tableLimit(frameCount: frameCount, vcpuCount: UInt64(vcpuCount))
        guard let physicalMap = PhysicalMap(format: format, allocator: allocator, tableLimit: tableLimit),
            let sharedInfo = SharedInfo(from: allocator), let eventChannels = EventChannels(from: allocator),
            let grantTable = GrantTable(from: allocator), let console = DomainConsole(from: allocator),
            let xenstore = XenstoreConnection(from: allocator)
        else { return nil }
        self.scheduler = scheduler
        self.share = share
        self.identifier = identifier
        self.name = name
        self.handle = handle
        self.physicalMap = physicalMap
        self.sharedInfo = sharedInfo
        self.eventChannels = eventChannels
        self.grantTable = grantTable
        self.console = console
        self.xenstore = xenstore
        maximumFrameCount = frameCount
        memoryMap = MemoryMap()
    }

    /// How many frames a domain's nested page tables may take: as many as Xen's tools set aside for them, 256 for each virtual CPU and
    /// two for each MiB of memory.
    private static func tableLimit(frameCount: UInt64, vcpuCount: UInt64) -> UInt64 {
        256 &* vcpuCount &+ 2 &* ((frameCount &+ 255) / 256)
    }

    /// The virtual CPU of a number; nil when there is none.
    func vcpu(_ identifier: UInt32) -> VirtualCPU? {
        guard identifier < UInt32(vcpus.count) else { return nil }
        return vcpus[Int(identifier)]
    }

    /// Whether a domain identifier means this domain: its own number, or `DOMID_SELF`.
    func isNamed(by identifier: DomainIdentifier) -> Bool {
        identifier == .caller || identifier == self.identifier
    }

    /// When the first of its watchdogs ends it.
    var earliestWatchdog: UInt64 { min(watchdogs[0], watchdogs[1]) }

    /// Notes that the domain has ended, unless it has already. Its virtual CPUs stop, wherever they run; the processors that have
    /// registers of theirs put them aside.
    func end(_ reason: End) {
        guard end == nil else { return }
        if case .shutdown = reason, let announcedReason { end = .shutdown(announcedReason) } else { end = reason }
        scheduler.endedDomainCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        endFlag.store(true, ordering: .sequentiallyConsistent)
        for vcpu in vcpus {
            vcpu.isInTurn = false
            let holder = vcpu.seat.holder.load(ordering: .sequentiallyConsistent)
            if holder != Seat.nobody { scheduler.kicks.insert(holder) }
        }
    }
}

/// Where a domain's special pages are mapped in its memory; a page has one place at a time.
struct SpecialPlacement {
    /// The shared information page.
    var sharedInfo: GuestFrame?
    /// The frames of the grant table.
    var grantFrames = InlineArray<64, UInt64>(repeating: .max)

    /// Something else is at a guest frame now, or nothing.
    mutating func forget(_ place: GuestFrame) {
        if sharedInfo == place { sharedInfo = nil }
        for index in 0..<64 where grantFrames[index] == place.number { grantFrames[index] = .max }
    }
}

/// What a domain's HVM parameters hold, of those that it may set.
struct HVMParameters {
    /// How the domain has asked for events to be delivered, last.
    var callback = EventCallback(rawValue: 0)
    /// The vector on which they are delivered; 0 for none. The other ways need devices that there are not.
    var callbackVector: UInt8 = 0
    /// The local ports of the console and of xenstore, as the builder has bound them.
    var consolePort: UInt32 = 0
    var xenstorePort: UInt32 = 0
    /// The guest frames of their rings.
    var consoleFrame: UInt64 = 0
    var xenstoreFrame: UInt64 = 0
    /// Parameters that are stored and handed back, and have no other effect.
    var vm86TaskState: UInt64 = 0
    var generationIdentifierAddress: UInt64 = 0
    var x87InstructionPointerWidth: UInt64 = 0
}
