// SPDX-License-Identifier: MIT

extension GrantTableOperation {
    /// An element of `map` (`struct gnttab_map_grant_ref`, 32 bytes).
    public struct Map: GrantElement {
        /// The guest-physical address at which the frame is to appear.
        public var hostAddress: UInt64 = 0
        /// Bit 0 device map, 1 host map, 2 read only, 3 application map, 4 the address is that of a page-table entry.
        public var flags: UInt32 = 0
        /// The entry in the granting domain's table.
        public var reference: GrantReference = GrantReference()
        /// The granting domain.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Out: a `GrantStatus`.
        public var status: Int16 = 0
        /// Out: names the mapping.
        public var handle: UInt32 = 0
        /// Out: the address for devices.
        public var deviceAddress: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(hostAddress: UInt64, flags: UInt32, reference: GrantReference, domain: DomainIdentifier) {
            self.hostAddress = hostAddress
            self.flags = flags
            self.reference = reference
            self.domain = domain
        }
    }

    /// An element of `unmap` (`struct gnttab_unmap_grant_ref`, 24 bytes).
    public struct Unmap: GrantElement {
        /// The guest-physical address of the mapping.
        public var hostAddress: UInt64 = 0
        /// The address for devices, or 0.
        public var deviceAddress: UInt64 = 0
        /// Names the mapping.
        public var handle: UInt32 = 0
        /// Out: a `GrantStatus`.
        public var status: Int16 = 0
        /// Padding, zero.
        public var padding: UInt16 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(hostAddress: UInt64, deviceAddress: UInt64 = 0, handle: UInt32) {
            self.hostAddress = hostAddress
            self.deviceAddress = deviceAddress
            self.handle = handle
        }
    }

    /// One side of a copy (16 bytes; 8 for a 32-bit caller).
    public struct CopyPointer: GuestStructure {
        /// A grant reference or a guest frame, as the copy's flags say.
        public var target: UInt64 = 0
        /// Whose.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Where in the frame, in bytes.
        public var offset: UInt16 = 0
        /// Padding, zero.
        public var padding: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(target: UInt64, domain: DomainIdentifier, offset: UInt16) {
            self.target = target
            self.domain = domain
            self.offset = offset
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// A grant reference or a guest frame, as the copy's flags say.
            public var target: UInt32 = 0
            /// Whose.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// Where in the frame, in bytes.
            public var offset: UInt16 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            target = UInt64(compat.target)
            domain = compat.domain
            offset = compat.offset
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.target = UInt32(truncatingIfNeeded: target)
            narrow.domain = domain
            narrow.offset = offset
            return narrow
        }
    }

    /// An element of `copy` (`struct gnttab_copy`, 40 bytes; 24 for a 32-bit caller).
    public struct Copy: GrantElement {
        /// Where from.
        public var source: GrantTableOperation.CopyPointer = GrantTableOperation.CopyPointer()
        /// Where to.
        public var destination: GrantTableOperation.CopyPointer = GrantTableOperation.CopyPointer()
        /// How many bytes; neither side may cross the end of its frame.
        public var length: UInt16 = 0
        /// Bit 0: the source is a grant reference; bit 1: the destination is.
        public var flags: UInt16 = 0
        /// Out: a `GrantStatus`.
        public var status: Int16 = 0
        /// Padding, zero.
        public var padding: UInt16 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(
            source: GrantTableOperation.CopyPointer, destination: GrantTableOperation.CopyPointer, length: UInt16,
            flags: UInt16
        ) {
            self.source = source
            self.destination = destination
            self.length = length
            self.flags = flags
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Where from.
            public var source: GrantTableOperation.CopyPointer.Compat = GrantTableOperation.CopyPointer.Compat()
            /// Where to.
            public var destination: GrantTableOperation.CopyPointer.Compat = GrantTableOperation.CopyPointer.Compat()
            /// How many bytes; neither side may cross the end of its frame.
            public var length: UInt16 = 0
            /// Bit 0: the source is a grant reference; bit 1: the destination is.
            public var flags: UInt16 = 0
            /// Out: a `GrantStatus`.
            public var status: Int16 = 0
            /// Padding, zero.
            public var padding: UInt16 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            source = GrantTableOperation.CopyPointer(compat.source)
            destination = GrantTableOperation.CopyPointer(compat.destination)
            length = compat.length
            flags = compat.flags
            status = compat.status
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.source = source.compat
            narrow.destination = destination.compat
            narrow.length = length
            narrow.flags = flags
            narrow.status = status
            return narrow
        }
    }
}
