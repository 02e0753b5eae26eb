// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Locking
import Synchronization
import XenInterface

/// The hypervisor: the domains, the scheduler and the clock, on one machine. It knows nothing of how its guests are run: see
/// `PhysicalCPU`.
///
/// Handlers of hypercalls are extensions of this class, one file for each.
public final class VirtualMachineMonitor<Machine: Platform> {
    /// The format of the processors' nested page tables.
    let nestedPageTableFormat: NestedPageTableFormat
    /// The machine.
    let machine: Machine
    /// The free frames.
    public let allocator: FrameAllocator
    /// System time.
    public let clock: Clock
    /// The options of the hypervisor's command line.
    public let options: Options
    /// What CPUID tells guests.
    let cpuidPolicy: CPUIDPolicy
    /// The registers that read the same for all guests.
    let fixedRegisters: FixedRegisters
    /// Held while the list of domains is looked at or changed. Whoever holds the lock of a domain may take it.
    let domainsLock = SpinLock(.domains)
    /// The domains that run, in the order of their numbers.
    public internal(set) var domains: [Domain] = []
    /// The domains that are being removed, but for those at which a processor is at work just now. Under the same lock.
    var removals: [DomainRemoval] = []
    /// How many domains there are, those that are being removed included.
    let remainingDomainCount = Atomic<Int>(0)
    /// Whose turn it is.
    let scheduler: Scheduler
    /// What has become of the domains that have ended.
    public internal(set) var outcome = Outcome()

    /// What audits need.
    var auditState: AuditState
    /// Where processors stand still for audits.
    let auditGate = AuditGate()

    /// The time-stamp counter when the first guest was entered.
    public internal(set) var firstEntry: UInt64 = 0

    /// A hypervisor without domains.
    public init(
        nestedPageTableFormat: NestedPageTableFormat, machine: Machine, allocator: FrameAllocator, clock: Clock,
        options: Options, processorCount: Int = 1
    ) {
        self.nestedPageTableFormat = nestedPageTableFormat
        self.machine = machine
        self.allocator = allocator
        self.clock = clock
        self.options = options
        auditState = AuditState(options.auditSchedule)
        let leaf = machine.cpuid(0, 0)
        let vendor = ProcessorVendor((leaf.ebx, leaf.edx, leaf.ecx))
        let shown = options.shownVendor ?? vendor
        fixedRegisters = FixedRegisters(vendor: shown)
        cpuidPolicy = CPUIDPolicy(
            extendedState: machine.extendedStateComponents, clock: clock, vendor: shown,
            disguise: shown == vendor ? nil : shown)
        scheduler = Scheduler(slice: options.slice, processorCount: processorCount, clock: clock)
    }

    /// Whether there are domains.
    var hasDomains: Bool { remainingDomainCount.load(ordering: .sequentiallyConsistent) > 0 }

    /// The running domain of a number; nil when there is none. A caller may name itself `DOMID_SELF`.
    func domain(_ identifier: DomainIdentifier, for caller: Domain) -> Domain? {
        if caller.isNamed(by: identifier) { return caller }
        return otherDomain(identifier)
    }

    /// The running domain of a number; nil when there is none. It may end meanwhile, but its object stays for as long as the caller
    /// refers to it.
    func otherDomain(_ identifier: DomainIdentifier) -> Domain? {
        domainsLock.withLock { domains.first { $0.identifier == identifier } }
    }

    /// Does something to another domain, under its lock in place of the caller's: nobody holds the locks of two domains, but for
    /// `EVTCHNOP_bind_interdomain`. What was read of the caller's own domain before may have changed afterwards.
    @inline(__always)
    func visit<Result, Failure: Error>(
        _ other: Domain, from own: Domain, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard other !== own else { return try body() }
        settle(own)
        own.lock.release()
        other.lock.acquire()
        defer {
            other.lock.release()
            own.lock.acquire()
        }
        return try body()
    }

    /// Checks that a number names the caller's own domain: an ordinary domain acts on no other. There is no control domain yet,
    /// but guests know that there is one by its number, 0, and that it is not theirs to act on.
    ///
    /// - Throws: `.noSuchProcess` when there is no such domain, `.operationNotPermitted` when it is another.
    @inline(__always)
    func requireOwn(_ identifier: DomainIdentifier, _ call: Hypercall) throws(XenError) {
        if !call.domain.isNamed(by: identifier) { throw refusal(of: identifier, call) }
    }

    /// The same, for an operation that has another error for the control domain, which is not a guest of the translated kind.
    func requireOwn(_ identifier: DomainIdentifier, _ call: Hypercall, control error: XenError) throws(XenError) {
        if identifier == .control && !call.domain.isNamed(by: identifier) { throw error }
        try requireOwn(identifier, call)
    }

    /// The error of an operation that acts on other domains only, which an ordinary domain may not do: `DOMID_SELF` names none
    /// of them, and the control domain is not a guest of the translated kind.
    func refusalOfOther(_ identifier: DomainIdentifier, _ call: Hypercall) -> XenError {
        if identifier == .control { return .invalidArgument }
        return identifier == .caller ? .noSuchProcess : refusal(of: identifier, call)
    }

    private func refusal(of identifier: DomainIdentifier, _ call: Hypercall) -> XenError {
        let exists = identifier == .control || domain(identifier, for: call.domain) != nil
        return exists ? .operationNotPermitted : .noSuchProcess
    }

    /// From now on the order of all locks is checked. Only one processor may be at work, and it and all others need a record of what
    /// they hold.
    public func checkLockOrder() {
        domainsLock.checkOrder()
        allocator.checkLockOrder()
        for queue in scheduler.queues { queue.lock.checkOrder() }
        for domain in domains { domain.lock.checkOrder() }
    }

    /// Interrupts a processor, so that it looks whether there is something to do.
    public func interrupt(_ processor: Int) { machine.interrupt(processor) }

    /// Notes that a domain could not be built, so that the run counts as failed.
    public func noteFailedBuild() {
        outcome.hasCrashed = true
    }

    /// What has become of the domains.
    public struct Outcome {
        /// How many have ended.
        public internal(set) var endedCount = 0
        /// Whether one of them has crashed or was destroyed.
        public internal(set) var hasCrashed = false
        /// Whether an audit has found the hypervisor's books wrong.
        public internal(set) var hasFailedAudit = false
    }
}
