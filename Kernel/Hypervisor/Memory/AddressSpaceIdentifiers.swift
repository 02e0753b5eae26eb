// SPDX-License-Identifier: MIT
import Synchronization

/// The tags under which processors cache the translations of virtual CPUs: AMD's address space identifiers, Intel's
/// virtual-processor identifiers. The hypervisor's own is 0. They are handed out once each, for all processors together; the
/// last one is shared by all virtual CPUs that come later, so its translations are dropped whenever one of these runs after another.
public final class AddressSpaceIdentifiers: Sendable {
    /// The last one.
    public let highest: UInt32
    private let following = Atomic<UInt32>(1)

    /// All identifiers up to and with `highest`, which is at least 1.
    public init(highest: UInt32) {
        self.highest = max(highest, 1)
    }

    /// The identifier of a new virtual CPU. There are fewer virtual CPUs in the life of a machine than numbers.
    public func next() -> UInt32 {
        min(following.wrappingAdd(1, ordering: .relaxed).oldValue, highest)
    }

    /// Whether several virtual CPUs may have this one.
    public func isShared(_ identifier: UInt32) -> Bool { identifier == highest }
}
