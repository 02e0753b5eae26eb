// SPDX-License-Identifier: MIT
import Synchronization

/// What a domain may have of the processors' time, as `xl.cfg` has it.
public struct SchedulingShare: Sendable {
    /// `cpu_weight`: how much each of its virtual CPUs gets in proportion to others.
    public var weight: UInt32 = SchedulingShare.defaultWeight
    /// `cap`: the most that all of them together get, in per cent of one processor; 0 for no limit.
    public var cap: UInt32 = 0

    /// Xen's default weight.
    public static var defaultWeight: UInt32 { 256 }

    /// While credit is being given out: how many of the domain's virtual CPUs take part, what it gets, and whether that is all it can.
    var activeCount: UInt64 = 0
    var grant: UInt64 = 0
    var isSatisfied = false

    /// A share from its parts.
    public init(weight: UInt32 = SchedulingShare.defaultWeight, cap: UInt32 = 0) {
        self.weight = weight
        self.cap = cap
    }
}

/// Credit is time: a nanosecond of it pays for a nanosecond of running. Every 30 ms as much is given out as the processors have,
/// to those who want to run, in proportion to their weights.
extension Scheduler {
    /// How often credit is given out, in nanoseconds, as on Xen.
    static var accountingPeriod: UInt64 { 30_000_000 }
    /// The longest time for which it is given out at once.
    private static var longestPeriod: UInt64 { 1_000_000_000 }

    /// Takes the time that a virtual CPU has run from its credit.
    func charge(_ vcpu: VirtualCPU, at now: UInt64) {
        let start = vcpu.seat.chargedUntil
        guard now > start else { return }
        vcpu.seat.chargedUntil = now
        vcpu.seat.hasRun.store(true, ordering: .relaxed)
        vcpu.seat.credit.wrappingSubtract(Int64(truncatingIfNeeded: now &- start), ordering: .relaxed)
    }

    /// Whether it is time to give out credit. One processor is told so, and then none for a period.
    func isAccountingDue(at now: UInt64) -> Bool {
        let due = nextAccounting.load(ordering: .relaxed)
        guard now >= due else { return false }
        let next = now &+ Scheduler.accountingPeriod
        return nextAccounting.compareExchange(expected: due, desired: next, ordering: .relaxed).exchanged
    }

    /// Gives out the credit of the time since it was done last to the virtual CPUs of these domains. That is a period, or more where the
    /// processors were not running themselves: they are an emulator's, or another hypervisor's. The caller sees to it that the domains stay,
    /// and that nobody else does the same.
    func account(_ domains: [Domain], at now: UInt64) {
        // Whoever gave out credit meanwhile may have looked at the clock later.
        let passed = lastAccounting == 0 || now <= lastAccounting ? 0 : now &- lastAccounting
        let period = max(Scheduler.accountingPeriod, min(passed, Scheduler.longestPeriod))
        lastAccounting = max(lastAccounting, now)
        for domain in domains { domain.beginAccounting() }
        distribute(period, among: domains)
        for domain in domains where domain.share.activeCount > 0 { domain.receiveCredit(of: period) }
    }

    /// To each its part by weight; but nobody gets more than it can use. What is left over then is given to the others.
    private func distribute(_ period: UInt64, among domains: [Domain]) {
        var left = UInt64(queues.count) &* period
        var weights: UInt64 = 0
        for domain in domains { weights &+= domain.share.totalWeight }
        var isStable = false
        while !isStable {
            isStable = true
            for domain in domains where !domain.share.isSatisfied && weights > 0 {
                let limit = domain.share.limit(in: period)
                guard left &* domain.share.totalWeight / weights >= limit else { continue }
                domain.share.isSatisfied = true
                domain.share.grant = min(limit, left)
                left &-= domain.share.grant
                weights &-= domain.share.totalWeight
                isStable = false
            }
        }
        guard weights > 0 else { return }
        for domain in domains where !domain.share.isSatisfied {
            domain.share.grant = left &* domain.share.totalWeight / weights
        }
    }
}

extension SchedulingShare {
    /// The weight of all virtual CPUs that take part. Those with more than 512 do not exist.
    fileprivate var totalWeight: UInt64 { UInt64(weight) &* activeCount }

    /// The most that the domain can use in a period: a processor for each of them, or what its cap says.
    fileprivate func limit(in period: UInt64) -> UInt64 {
        let all = period &* activeCount
        return cap == 0 ? all : min(all, period / 100 &* UInt64(cap))
    }
}

extension Domain {
    /// Those take part that have run or can run, and those that have still to pay.
    fileprivate func beginAccounting() {
        share.activeCount = 0
        share.grant = 0
        for vcpu in vcpus where vcpu.takesPartInAccounting { share.activeCount &+= 1 }
        share.isSatisfied = share.activeCount == 0
    }

    /// Nobody saves up more than a period's worth but those who want to run and could not; and nobody owes more than ten periods. Without an
    /// emulator that is put aside in the middle of a turn, that much is never owed.
    fileprivate func receiveCredit(of period: UInt64) {
        let part = Int64(truncatingIfNeeded: share.grant / share.activeCount)
        let most = Int64(truncatingIfNeeded: period)
        for vcpu in vcpus where vcpu.takesPartInAccounting {
            let credit = vcpu.seat.credit.wrappingAdd(part, ordering: .relaxed).newValue
            let bounded = max(-most &* 10, min(credit, vcpu.activity == .runnable ? most &* 10 : most))
            if bounded != credit { vcpu.seat.credit.wrappingAdd(bounded &- credit, ordering: .relaxed) }
            vcpu.seat.hasRun.store(false, ordering: .relaxed)
        }
    }
}

extension VirtualCPU {
    fileprivate var takesPartInAccounting: Bool {
        seat.hasRun.load(ordering: .relaxed) || activity == .runnable || seat.credit.load(ordering: .relaxed) < 0
    }

    /// Whether its domain has a cap, and it has used up its part.
    var isOverCap: Bool { domain.share.cap != 0 && seat.credit.load(ordering: .relaxed) <= 0 }
}
