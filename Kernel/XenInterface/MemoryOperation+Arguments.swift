// SPDX-License-Identifier: MIT

extension MemoryOperation {
    /// Arguments of `addToPhysicalMap` (`struct xen_add_to_physmap`, 24 bytes; 16 for a 32-bit caller).
    public struct AddToPhysicalMap: GuestStructure {
        /// Whose address space.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// How many pages; only for `PhysicalMapSpace.guestFrameRange`.
        public var size: UInt16 = 0
        /// A `PhysicalMapSpace`.
        public var space: UInt32 = 0
        /// Which page of that space.
        public var index: UInt64 = 0
        /// The guest frame at which it is to appear.
        public var guestFrame: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, space: UInt32, index: UInt64, guestFrame: UInt64) {
            self.domain = domain
            self.space = space
            self.index = index
            self.guestFrame = guestFrame
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Whose address space.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// How many pages; only for `PhysicalMapSpace.guestFrameRange`.
            public var size: UInt16 = 0
            /// A `PhysicalMapSpace`.
            public var space: UInt32 = 0
            /// Which page of that space.
            public var index: UInt32 = 0
            /// The guest frame at which it is to appear.
            public var guestFrame: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            domain = compat.domain
            size = compat.size
            space = compat.space
            index = UInt64(compat.index)
            guestFrame = UInt64(compat.guestFrame)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.domain = domain
            narrow.size = size
            narrow.space = space
            narrow.index = UInt32(truncatingIfNeeded: index)
            narrow.guestFrame = UInt32(truncatingIfNeeded: guestFrame)
            return narrow
        }
    }

    /// Arguments of `addToPhysicalMapBatch` (`struct xen_add_to_physmap_batch`, 32 bytes; 20 for a 32-bit caller).
    public struct AddToPhysicalMapBatch: GuestStructure {
        /// Whose address space.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// A `PhysicalMapSpace`.
        public var space: UInt16 = 0
        /// How many pages.
        public var size: UInt16 = 0
        /// The owner of the pages for `PhysicalMapSpace.foreignFrame`; otherwise 0.
        public var foreignDomain: DomainIdentifier = DomainIdentifier()
        /// Pointer to that many indices.
        public var indices: UInt64 = 0
        /// Pointer to that many guest frames.
        public var guestFrames: UInt64 = 0
        /// Pointer to that many 32-bit results, which the hypervisor writes.
        public var errors: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Whose address space.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// A `PhysicalMapSpace`.
            public var space: UInt16 = 0
            /// How many pages.
            public var size: UInt16 = 0
            /// The owner of the pages for `PhysicalMapSpace.foreignFrame`; otherwise 0.
            public var foreignDomain: DomainIdentifier = DomainIdentifier()
            /// Pointer to that many indices.
            public var indices: UInt32 = 0
            /// Pointer to that many guest frames.
            public var guestFrames: UInt32 = 0
            /// Pointer to that many 32-bit results, which the hypervisor writes.
            public var errors: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            domain = compat.domain
            space = compat.space
            size = compat.size
            foreignDomain = compat.foreignDomain
            indices = UInt64(compat.indices)
            guestFrames = UInt64(compat.guestFrames)
            errors = UInt64(compat.errors)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.domain = domain
            narrow.space = space
            narrow.size = size
            narrow.foreignDomain = foreignDomain
            narrow.indices = UInt32(truncatingIfNeeded: indices)
            narrow.guestFrames = UInt32(truncatingIfNeeded: guestFrames)
            narrow.errors = UInt32(truncatingIfNeeded: errors)
            return narrow
        }
    }

    /// Arguments of `removeFromPhysicalMap` (`struct xen_remove_from_physmap`, 16 bytes; 8 for a 32-bit caller).
    public struct RemoveFromPhysicalMap: GuestStructure {
        /// Whose address space.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding0: UInt16 = 0
        /// Padding, zero.
        public var padding1: UInt32 = 0
        /// The guest frame to empty.
        public var guestFrame: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, guestFrame: UInt64) {
            self.domain = domain
            self.guestFrame = guestFrame
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Whose address space.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// Padding, zero.
            public var padding0: UInt16 = 0
            /// The guest frame to empty.
            public var guestFrame: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            domain = compat.domain
            guestFrame = UInt64(compat.guestFrame)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.domain = domain
            narrow.guestFrame = UInt32(truncatingIfNeeded: guestFrame)
            return narrow
        }
    }

    /// Arguments of `memoryMap` (`struct xen_memory_map`, 16 bytes; 8 for a 32-bit caller).
    public struct MemoryMap: GuestStructure {
        /// In: how many entries the buffer can hold. Out: how many were written.
        public var entryCount: UInt32 = 0
        /// Padding, zero.
        public var padding: UInt32 = 0
        /// Pointer to an array of `MemoryMapRange`.
        public var buffer: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(entryCount: UInt32, buffer: UInt64) {
            self.entryCount = entryCount
            self.buffer = buffer
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// In: how many entries the buffer can hold. Out: how many were written.
            public var entryCount: UInt32 = 0
            /// Pointer to an array of `MemoryMapRange`.
            public var buffer: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            entryCount = compat.entryCount
            buffer = UInt64(compat.buffer)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.entryCount = entryCount
            narrow.buffer = UInt32(truncatingIfNeeded: buffer)
            return narrow
        }
    }

    /// Arguments of `setMemoryMap` (`struct xen_foreign_memory_map`, 24 bytes; 12 for a 32-bit caller).
    public struct SetMemoryMap: GuestStructure {
        /// Whose memory map.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding0: UInt16 = 0
        /// Padding, zero.
        public var padding1: UInt32 = 0
        /// The new map.
        public var map: MemoryOperation.MemoryMap = MemoryOperation.MemoryMap()

        /// All fields zero.
        public init() {}

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Whose memory map.
            public var domain: DomainIdentifier = DomainIdentifier()
            /// Padding, zero.
            public var padding0: UInt16 = 0
            /// The new map.
            public var map: MemoryOperation.MemoryMap.Compat = MemoryOperation.MemoryMap.Compat()

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            domain = compat.domain
            map = MemoryOperation.MemoryMap(compat.map)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.domain = domain
            narrow.map = map.compat
            return narrow
        }
    }
}
