// SPDX-License-Identifier: MIT

/// The tags under which a processor caches the translations of virtual CPUs: AMD's address space identifiers, Intel's
/// virtual-processor identifiers. The hypervisor's own is 0. They are handed out once each; the last one is shared by all
/// virtual CPUs that come later, so its translations are dropped whenever one of these runs after another.
public struct AddressSpaceIdentifiers: Sendable {
    /// The last one.
    public let highest: UInt32
    private var following: UInt32 = 1

    /// All identifiers up to and with `highest`, which is at least 1.
    public init(highest: UInt32) {
        self.highest = max(highest, 1)
    }

    /// The identifier of a new virtual CPU.
    public mutating func next() -> UInt32 {
        defer { following = min(following &+ 1, highest) }
        return following
    }

    /// Whether several virtual CPUs may have this one.
    public func isShared(_ identifier: UInt32) -> Bool { identifier == highest }
}
