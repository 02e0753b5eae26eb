// SPDX-License-Identifier: MIT

/// The order in which locks are taken: one is waited for only while all that are held have a lower rank. See
/// `Documentation/Locks.md`.
public enum LockRank: UInt8, CaseIterable, Sendable {
    /// Of a domain, and all that is the domain's.
    case domain
    /// Of the list of domains.
    case domains
    /// Of a processor's run queue.
    case runQueue
    /// Of the machine's frames.
    case frames
    /// Of the heap.
    case heap
    /// Of the log.
    case log

    /// What it guards, in words.
    public var name: StaticString {
        switch self {
        case .domain: "a domain"
        case .domains: "the list of domains"
        case .runQueue: "a run queue"
        case .frames: "the frames"
        case .heap: "the heap"
        case .log: "the log"
        }
    }
}
