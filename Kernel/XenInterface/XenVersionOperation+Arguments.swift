// SPDX-License-Identifier: MIT

extension XenVersionOperation {
    /// The answer of `platformParameters` (`struct xen_platform_parameters`, 8 bytes; 4 for a 32-bit caller).
    public struct PlatformParameters: GuestStructure {
        /// The linear address from which the hypervisor keeps the address space to itself; PV only.
        public var virtualStart: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// The linear address from which the hypervisor keeps the address space to itself; PV only.
            public var virtualStart: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            virtualStart = UInt64(compat.virtualStart)
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.virtualStart = UInt32(truncatingIfNeeded: virtualStart)
            return narrow
        }
    }

    /// Arguments of `getFeatures` (`struct xen_feature_info`, 8 bytes).
    public struct Features: GuestStructure {
        /// In: which 32 features; 0 is the only one.
        public var submap: UInt32 = 0
        /// Out: their bits, see `XenFeatures`.
        public var features: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(submap: UInt32) {
            self.submap = submap
        }
    }

    /// The head of the buffer of `buildIdentifier` (`struct xen_build_id`, 4 bytes).
    public struct BuildIdentifier: GuestStructure {
        /// In: how many bytes follow, where the identifier goes.
        public var length: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(length: UInt32) {
            self.length = length
        }
    }
}
