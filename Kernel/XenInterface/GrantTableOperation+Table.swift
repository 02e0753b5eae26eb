// SPDX-License-Identifier: MIT

extension GrantTableOperation {
    /// An element of `setupTable` (`struct gnttab_setup_table`, 24 bytes; 16 for a 32-bit caller).
    public struct SetupTable: GrantElement {
        /// Whose table.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding0: UInt16 = 0
        /// How many frames the table is to have at least.
        public var frameCount: UInt32 = 0
        /// Out: a `GrantStatus`.
        public var status: Int16 = 0
        /// Padding, zero.
        public var padding1: UInt16 = 0
        /// Padding, zero.
        public var padding2: UInt32 = 0
        /// Pointer to that many frame numbers, each as wide as the caller's word, which the hypervisor writes.
        public var frameList: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, frameCount: UInt32, frameList: UInt64) {
            self.domain = domain
            self.frameCount = frameCount
            self.frameList = frameList
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Whose table.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// Padding, zero.
            public var padding0: UInt16 = 0
            /// How many frames the table is to have at least.
            public var frameCount: UInt32 = 0
            /// Out: a `GrantStatus`.
            public var status: Int16 = 0
            /// Padding, zero.
            public var padding1: UInt16 = 0
            /// Pointer to that many frame numbers, each as wide as the caller's word, which the hypervisor writes.
            public var frameList: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            domain = compat.domain
            frameCount = compat.frameCount
            status = compat.status
            frameList = UInt64(compat.frameList)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.domain = domain
            narrow.frameCount = frameCount
            narrow.status = status
            narrow.frameList = UInt32(truncatingIfNeeded: frameList)
            return narrow
        }
    }

    /// An element of `dumpTable` (`struct gnttab_dump_table`, 4 bytes).
    public struct DumpTable: GuestStructure {
        /// Whose table.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Out: a `GrantStatus`.
        public var status: Int16 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier) {
            self.domain = domain
        }
    }

    /// An element of `querySize` (`struct gnttab_query_size`, 16 bytes).
    public struct QuerySize: GrantElement {
        /// Whose table.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding0: UInt16 = 0
        /// Out: how many frames the table has.
        public var frameCount: UInt32 = 0
        /// Out: how many it may have.
        public var maximumFrameCount: UInt32 = 0
        /// Out: a `GrantStatus`.
        public var status: Int16 = 0
        /// Padding, zero.
        public var padding1: UInt16 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier) {
            self.domain = domain
        }
    }

    /// The argument of `setVersion` (`struct gnttab_set_version`, 4 bytes).
    public struct SetVersion: GuestStructure {
        /// In: 1 or 2. Out: the version in force.
        public var version: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(version: UInt32) {
            self.version = version
        }
    }

    /// The argument of `getStatusFrames` (`struct gnttab_get_status_frames`, 16 bytes).
    public struct GetStatusFrames: GuestStructure {
        /// How many frames are asked for.
        public var frameCount: UInt32 = 0
        /// Whose table.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Out: a `GrantStatus`.
        public var status: Int16 = 0
        /// Pointer to an array of 64-bit frame numbers.
        public var frameList: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(frameCount: UInt32, domain: DomainIdentifier, frameList: UInt64) {
            self.frameCount = frameCount
            self.domain = domain
            self.frameList = frameList
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// How many frames are asked for.
            public var frameCount: UInt32 = 0
            /// Whose table.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// Out: a `GrantStatus`.
            public var status: Int16 = 0
            /// Pointer to an array of 64-bit frame numbers.
            public var frameList: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            frameCount = compat.frameCount
            domain = compat.domain
            status = compat.status
            frameList = UInt64(compat.frameList)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.frameCount = frameCount
            narrow.domain = domain
            narrow.status = status
            narrow.frameList = UInt32(truncatingIfNeeded: frameList)
            return narrow
        }
    }

    /// The argument of `getVersion` (`struct gnttab_get_version`, 8 bytes).
    public struct GetVersion: GuestStructure {
        /// Whose table.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding: UInt16 = 0
        /// Out: the version in force.
        public var version: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier) {
            self.domain = domain
        }
    }

    /// An element of `swapReferences` (`struct gnttab_swap_grant_ref`, 12 bytes).
    public struct SwapReferences: GrantElement {
        /// One entry.
        public var first: GrantReference = GrantReference()
        /// The other.
        public var second: GrantReference = GrantReference()
        /// Out: a `GrantStatus`.
        public var status: Int16 = 0
        /// Padding, zero.
        public var padding: UInt16 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(first: GrantReference, second: GrantReference) {
            self.first = first
            self.second = second
        }
    }
}
