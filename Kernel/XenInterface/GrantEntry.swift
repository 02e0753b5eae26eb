// SPDX-License-Identifier: MIT

/// An entry of a version-1 grant table (`struct grant_entry_v1`, Xen public header `grant_table.h`, 8 bytes).
public struct GrantEntry: GuestStructure {
    /// `GrantFlags`.
    public var flags: UInt16 = 0
    /// Who may use the frame.
    public var domain: DomainIdentifier = DomainIdentifier()
    /// The frame that is granted.
    public var guestFrame: UInt32 = 0

    /// All fields zero.
    public init() {}

    /// The arguments of a call; what the hypervisor fills in starts as zero.
    public init(flags: UInt16, domain: DomainIdentifier, guestFrame: UInt32) {
        self.flags = flags
        self.domain = domain
        self.guestFrame = guestFrame
    }
}
