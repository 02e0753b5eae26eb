// SPDX-License-Identifier: MIT

/// Who owns a frame of the machine. The audit proves that each frame has exactly one owner.
enum FrameOwner: UInt8 {
    /// Nobody has claimed it in this audit: it has to be free.
    case nobody
    /// The hypervisor itself: its image, heap, tables and processors, and what firmware and loader have kept.
    case hypervisor
    /// A domain, as ordinary memory.
    case ram
    /// A domain's nested page tables.
    case nestedTable
    /// A domain, for the pages that it is shown and the tables that are kept about it.
    case domainPage
    /// A virtual CPU: its control block and registers.
    case controlBlock
    /// The counts of who uses frames beside their owners.
    case useCount
    /// Nobody any more: its owner has freed it, and its last user will.
    case orphan
}
