// SPDX-License-Identifier: MIT

extension MemoryOperation {
    /// Arguments of the populate-on-demand operations (`struct xen_pod_target`, 40 bytes; 36 for a 32-bit caller).
    public struct PopulateOnDemandTarget: GuestStructure {
        /// How many pages are to be populated.
        public var targetPages: UInt64 = 0
        /// Out: how many pages the domain has.
        public var totalPages: UInt64 = 0
        /// Out: how many of them wait to be used.
        public var cachePages: UInt64 = 0
        /// Out: how many places wait to be populated.
        public var entryCount: UInt64 = 0
        /// Whose memory.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding0: UInt16 = 0
        /// Padding, zero.
        public var padding1: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// How many pages are to be populated.
            public var targetPages = PackedUInt64()
            /// Out: how many pages the domain has.
            public var totalPages = PackedUInt64()
            /// Out: how many of them wait to be used.
            public var cachePages = PackedUInt64()
            /// Out: how many places wait to be populated.
            public var entryCount = PackedUInt64()
            /// Whose memory.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// Padding, zero.
            public var padding: UInt16 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            targetPages = compat.targetPages.value
            domain = compat.domain
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.targetPages = PackedUInt64(targetPages)
            narrow.domain = domain
            return narrow
        }
    }

    /// How the arguments of `accessOperation` begin (`struct xen_mem_access_op`): all that is looked at before it is refused.
    public struct AccessOperation: GuestStructure {
        /// What is to be done.
        public var operation: UInt8 = 0
        /// The new rights.
        public var access: UInt8 = 0
        /// Whose memory.
        public var domain: DomainIdentifier = DomainIdentifier()

        /// All fields zero.
        public init() {}
    }

    /// How the arguments of `machineToPhysicalList` are (`struct xen_machphys_mfn_list`, 24 bytes; 12 for a 32-bit caller).
    public struct MachineToPhysicalList: GuestStructure {
        /// How many entries the list can hold.
        public var maximumExtentCount: UInt32 = 0
        /// Padding, zero.
        public var padding0: UInt32 = 0
        /// Pointer to that many frame numbers.
        public var extentStart: UInt64 = 0
        /// Out: how many were written.
        public var extentCount: UInt32 = 0
        /// Padding, zero.
        public var padding1: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// How many entries the list can hold.
            public var maximumExtentCount: UInt32 = 0
            /// Pointer to that many frame numbers.
            public var extentStart: UInt32 = 0
            /// Out: how many were written.
            public var extentCount: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            maximumExtentCount = compat.maximumExtentCount
            extentStart = UInt64(compat.extentStart)
            extentCount = compat.extentCount
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.maximumExtentCount = maximumExtentCount
            narrow.extentStart = UInt32(truncatingIfNeeded: extentStart)
            narrow.extentCount = extentCount
            return narrow
        }
    }

    /// Arguments of `reservedDeviceMemoryMap` (`struct xen_reserved_device_memory_map`, 24 bytes; 16 for a 32-bit caller).
    public struct ReservedDeviceMemoryMap: GuestStructure {
        /// Bit 0: of one PCI device only.
        public var flags: UInt32 = 0
        /// In: how many entries the buffer can hold. Out: how many there are.
        public var entryCount: UInt32 = 0
        /// Pointer to that many entries.
        public var buffer: UInt64 = 0
        /// Which PCI device.
        public var device: UInt32 = 0
        /// Padding, zero.
        public var padding: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Bit 0: of one PCI device only.
            public var flags: UInt32 = 0
            /// In: how many entries the buffer can hold. Out: how many there are.
            public var entryCount: UInt32 = 0
            /// Pointer to that many entries.
            public var buffer: UInt32 = 0
            /// Which PCI device.
            public var device: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            flags = compat.flags
            entryCount = compat.entryCount
            buffer = UInt64(compat.buffer)
            device = compat.device
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.flags = flags
            narrow.entryCount = entryCount
            narrow.buffer = UInt32(truncatingIfNeeded: buffer)
            narrow.device = device
            return narrow
        }
    }
}
