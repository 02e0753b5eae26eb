// SPDX-License-Identifier: MIT

extension VCPUOperation {
    /// Arguments of `registerRunstateArea` and `registerVCPUTimeArea` (8 bytes).
    public struct RegisterArea: GuestStructure {
        /// The guest-linear address of the area; 0 forgets the one registered before.
        public var address: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(address: UInt64) {
            self.address = address
        }
    }

    /// Arguments of `setPeriodicTimer` (`struct vcpu_set_periodic_timer`, 8 bytes).
    public struct SetPeriodicTimer: GuestStructure {
        /// Nanoseconds; at least 1,000,000.
        public var period: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(period: UInt64) {
            self.period = period
        }
    }

    /// Arguments of `setSingleshotTimer` (`struct vcpu_set_singleshot_timer`, 16 bytes; 12 for a 32-bit caller).
    public struct SetSingleshotTimer: GuestStructure {
        /// The absolute system time in nanoseconds.
        public var timeout: UInt64 = 0
        /// Bit 0: a time that has passed may be refused.
        public var flags: UInt32 = 0
        /// Padding, zero.
        public var padding: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(timeout: UInt64, flags: UInt32 = 0) {
            self.timeout = timeout
            self.flags = flags
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// The absolute system time in nanoseconds.
            public var timeout: PackedUInt64 = PackedUInt64()
            /// Bit 0: a time that has passed may be refused.
            public var flags: UInt32 = 0

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            timeout = compat.timeout.value
            flags = compat.flags
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.timeout = PackedUInt64(timeout)
            narrow.flags = flags
            return narrow
        }
    }

    /// Arguments of `registerVCPUInfo` (`struct vcpu_register_vcpu_info`, 16 bytes).
    public struct RegisterVCPUInfo: GuestStructure {
        /// The guest frame that will hold the vCPU's information.
        public var guestFrame: UInt64 = 0
        /// Where in that frame, in bytes; its 64 bytes must not cross into the next.
        public var offset: UInt32 = 0
        /// Zero.
        public var reserved: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(guestFrame: UInt64, offset: UInt32) {
            self.guestFrame = guestFrame
            self.offset = offset
        }
    }

    /// Arguments of `getPhysicalIdentifier` (`struct vcpu_get_physid`, 8 bytes).
    public struct GetPhysicalIdentifier: GuestStructure {
        /// Out: APIC identifier in bits 31...0, ACPI identifier in bits 63...32.
        public var physicalIdentifier: UInt64 = 0

        /// All fields zero.
        public init() {}
    }
}
