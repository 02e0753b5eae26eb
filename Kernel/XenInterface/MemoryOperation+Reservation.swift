// SPDX-License-Identifier: MIT

extension MemoryOperation {
    /// Arguments of the reservation operations (`struct xen_memory_reservation`, 32 bytes; 20 for a 32-bit caller).
    public struct Reservation: GuestStructure {
        /// Pointer to a guest frame number for each extent, as wide as the caller's word.
        public var extentStart: UInt64 = 0
        /// How many extents.
        public var extentCount: UInt64 = 0
        /// An extent has 2 to this power frames.
        public var extentOrder: UInt32 = 0
        /// Bits 7...0: address width, 15...8: NUMA node + 1, 16: populate on demand, 17: that node only.
        public var flags: UInt32 = 0
        /// Whose memory.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding0: UInt16 = 0
        /// Padding, zero.
        public var padding1: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(extentStart: UInt64, extentCount: UInt64, extentOrder: UInt32 = 0, domain: DomainIdentifier) {
            self.extentStart = extentStart
            self.extentCount = extentCount
            self.extentOrder = extentOrder
            self.domain = domain
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Pointer to a guest frame number for each extent, as wide as the caller's word.
            public var extentStart: UInt32 = 0
            /// How many extents.
            public var extentCount: UInt32 = 0
            /// An extent has 2 to this power frames.
            public var extentOrder: UInt32 = 0
            /// Bits 7...0: address width, 15...8: NUMA node + 1, 16: populate on demand, 17: that node only.
            public var flags: UInt32 = 0
            /// Whose memory.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// Padding, zero.
            public var padding0: UInt16 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            extentStart = UInt64(compat.extentStart)
            extentCount = UInt64(compat.extentCount)
            extentOrder = compat.extentOrder
            flags = compat.flags
            domain = compat.domain
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.extentStart = UInt32(truncatingIfNeeded: extentStart)
            narrow.extentCount = UInt32(truncatingIfNeeded: extentCount)
            narrow.extentOrder = extentOrder
            narrow.flags = flags
            narrow.domain = domain
            return narrow
        }
    }

    /// Arguments of `exchange` (`struct xen_memory_exchange`, 72 bytes; 44 for a 32-bit caller).
    public struct Exchange: GuestStructure {
        /// The frames that are given.
        public var input: MemoryOperation.Reservation = MemoryOperation.Reservation()
        /// The frames that are wanted.
        public var output: MemoryOperation.Reservation = MemoryOperation.Reservation()
        /// Out: how many input extents were traded.
        public var exchangedCount: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// The frames that are given.
            public var input: MemoryOperation.Reservation.Compat = MemoryOperation.Reservation.Compat()
            /// The frames that are wanted.
            public var output: MemoryOperation.Reservation.Compat = MemoryOperation.Reservation.Compat()
            /// Out: how many input extents were traded.
            public var exchangedCount: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            input = MemoryOperation.Reservation(compat.input)
            output = MemoryOperation.Reservation(compat.output)
            exchangedCount = UInt64(compat.exchangedCount)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.input = input.compat
            narrow.output = output.compat
            narrow.exchangedCount = UInt32(truncatingIfNeeded: exchangedCount)
            return narrow
        }
    }
}
