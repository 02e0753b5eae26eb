// SPDX-License-Identifier: MIT

/// What has to hold of the hypervisor's books whenever no guest runs. Each rule is a sentence for the log, about the number that
/// stands beside it there.
enum AuditRule: CaseIterable {
    // Frames.
    case oneOwner, freeHasNoOwner, usedHasOwner, withinMachine, freeCount
    // Nested page tables.
    case mappingHasReason, tableHasEntries, memoryCount, tableCount, memoryLimit
    case specialIsOwn, specialIsWhereNoted, keptIsMapped
    // Grants.
    case handleHasMapping, useHasMapping, holdHasUser, orphanIsNobodys
    // Events and scheduling.
    case channelHasOtherEnd, interruptHasPort, scheduled

    /// What is wrong where the rule is broken.
    var complaint: StaticString {
        switch self {
        case .oneOwner: "this frame has two owners"
        case .freeHasNoOwner: "this frame is free and has an owner"
        case .usedHasOwner: "this frame is in use and nobody's"
        case .withinMachine: "the machine has no such frame"
        case .freeCount: "so many frames are noted as free, and others are"
        case .mappingHasReason: "this guest frame is mapped for no reason"
        case .tableHasEntries: "this nested page table is empty"
        case .memoryCount: "so many frames of memory are noted, and others are mapped"
        case .tableCount: "so many nested page tables are noted, and others are there"
        case .memoryLimit: "so much memory is more than the domain may have"
        case .specialIsOwn: "this guest frame shows a page that the domain is not to see"
        case .specialIsWhereNoted: "this guest frame does not show the special page that is noted there"
        case .keptIsMapped: "the translation that was kept of this guest frame is not in the tables"
        case .handleHasMapping: "handles and mappings of this granted frame differ"
        case .useHasMapping: "uses and mappings of this grant reference differ"
        case .holdHasUser: "this frame is held by others than is noted"
        case .orphanIsNobodys: "this frame is noted as an orphan wrongly, or should be"
        case .channelHasOtherEnd: "this port is bound to one that is not bound to it"
        case .interruptHasPort: "this virtual interrupt and its port do not belong together"
        case .scheduled: "so many virtual CPUs stand in run queues, and others are there"
        }
    }
}
