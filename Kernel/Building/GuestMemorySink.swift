// SPDX-License-Identifier: MIT

/// Where the builder puts what a guest finds in its memory at start.
///
/// In the kernel it is the memory of the new domain, in host tests an array of bytes.
public protocol GuestMemorySink: ~Copyable {
    /// What can go wrong with a write, such as an address at which the domain has no memory.
    associatedtype Failure: Error

    /// Puts all of `bytes` at `guestPhysicalAddress` and the addresses that follow it.
    mutating func write(_ bytes: Span<UInt8>, at guestPhysicalAddress: UInt64) throws(Failure)
}
