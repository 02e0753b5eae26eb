// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// A proof that the hypervisor's books agree: every frame of the machine has exactly one owner, every mapping a reason, every
/// grant as many uses as mappings, every event channel two ends.
///
/// It is made while no guest runs and no hypercall is being handled, and takes time in proportion to the machine's memory. Nothing
/// depends on it: it is there to find the mistakes of the hypervisor's author, beside tests and under fuzzing.
struct Audit {
    /// Where it keeps what it finds out of each frame.
    let ledger: FrameLedger
    /// The free frames.
    let allocator: FrameAllocator
    /// How many frames each owner has, by the owner's number.
    var frameCounts = InlineArray<8, UInt64>(repeating: 0)
    /// How many mappings of grants there are.
    var grantMappingCount: UInt64 = 0
    /// How many users frames have beside their owners.
    var holdCount: UInt64 = 0
    /// How many ports are open.
    var channelCount: UInt64 = 0
    /// The first rules that were found broken.
    private(set) var findings = InlineArray<8, Finding>(repeating: Finding())
    /// How often a rule was found broken.
    private(set) var findingCount = 0

    /// A broken rule.
    struct Finding {
        var rule = AuditRule.oneOwner
        /// The domain in whose books it was found; nil when it is none's.
        var domain: DomainIdentifier?
        /// The frame, port or count that the rule's complaint is about.
        var number: UInt64 = 0
    }

    /// A new audit. All that was written down before is forgotten.
    init(_ ledger: FrameLedger, _ allocator: FrameAllocator) {
        self.ledger = ledger
        self.allocator = allocator
        ledger.clear()
    }

    /// Notes a broken rule.
    mutating func complain(_ rule: AuditRule, of domain: Domain? = nil, _ number: UInt64) {
        if findingCount < findings.count {
            findings[findingCount] = Finding(rule: rule, domain: domain?.identifier, number: number)
        }
        findingCount &+= 1
    }

    /// Notes who owns a frame.
    mutating func claim(_ frame: HostFrame, for owner: FrameOwner, of domain: Domain? = nil) {
        guard ledger.contains(frame) else { return complain(.withinMachine, of: domain, frame.number) }
        var record = ledger[frame]
        guard record.owner == .nobody else { return complain(.oneOwner, of: domain, frame.number) }
        record.owner = owner
        ledger[frame] = record
    }

    /// Notes that somebody uses a frame beside its owner.
    mutating func expectHolders(_ count: UInt32, of frame: HostFrame, by domain: Domain? = nil) {
        guard ledger.contains(frame) else { return complain(.withinMachine, of: domain, frame.number) }
        ledger[frame].holders &+= count
        holdCount &+= UInt64(count)
    }

    /// Goes over the books of a domain.
    mutating func check(_ domain: Domain, among domains: [Domain]) {
        claimPages(of: domain)
        countHandles(of: domain)
        checkNestedTables(of: domain)
        settleHandles(of: domain)
        checkPlacement(of: domain)
        checkUses(of: domain, among: domains)
        checkEventChannels(of: domain, among: domains)
    }
}
