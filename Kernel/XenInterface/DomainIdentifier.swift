// SPDX-License-Identifier: MIT

/// The number of a domain (`domid_t`, Xen public header `xen.h`).
public struct DomainIdentifier: RawRepresentable, Hashable, GuestLayout {
    /// The number itself. Ordinary domains lie below 0x7FF0.
    public var rawValue: UInt16 = 0

    /// Domain 0.
    public init() {}

    /// The domain numbered `rawValue`.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The control domain.
    public static var control: DomainIdentifier { DomainIdentifier(rawValue: 0) }
    /// Whoever makes the call (`DOMID_SELF`).
    public static var caller: DomainIdentifier { DomainIdentifier(rawValue: 0x7FF0) }
    /// The owner of device memory (`DOMID_IO`).
    public static var deviceMemory: DomainIdentifier { DomainIdentifier(rawValue: 0x7FF1) }
    /// The hypervisor itself (`DOMID_XEN`).
    public static var hypervisor: DomainIdentifier { DomainIdentifier(rawValue: 0x7FF2) }
    /// The owner of shared copy-on-write memory (`DOMID_COW`).
    public static var copyOnWrite: DomainIdentifier { DomainIdentifier(rawValue: 0x7FF3) }
    /// No domain at all (`DOMID_INVALID`).
    public static var invalid: DomainIdentifier { DomainIdentifier(rawValue: 0x7FF4) }
    /// What runs when nothing runs (`DOMID_IDLE`).
    public static var idle: DomainIdentifier { DomainIdentifier(rawValue: 0x7FFF) }

    /// The first number that no ordinary domain has (`DOMID_FIRST_RESERVED`).
    public static var firstReserved: UInt16 { 0x7FF0 }
}
