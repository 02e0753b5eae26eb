// SPDX-License-Identifier: MIT

extension SchedulerOperation {
    /// Arguments of `shutdown` and `shutdownCode` (`struct sched_shutdown`, 4 bytes).
    public struct Shutdown: GuestStructure {
        /// A `ShutdownReason`.
        public var reason: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(reason: UInt32) {
            self.reason = reason
        }
    }

    /// Arguments of `poll` (`struct sched_poll`, 24 bytes; 16 for a 32-bit caller).
    public struct Poll: GuestStructure {
        /// Pointer to an array of 32-bit port numbers.
        public var ports: UInt64 = 0
        /// How many; at most 128.
        public var portCount: UInt32 = 0
        /// Padding, zero.
        public var padding: UInt32 = 0
        /// The system time in nanoseconds at which to stop waiting; 0 waits for ever.
        public var timeout: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(ports: UInt64, portCount: UInt32, timeout: UInt64) {
            self.ports = ports
            self.portCount = portCount
            self.timeout = timeout
        }

        /// The layout of a 32-bit caller.
        public struct Compat: GuestLayout {
            /// Pointer to an array of 32-bit port numbers.
            public var ports: UInt32 = 0
            /// How many; at most 128.
            public var portCount: UInt32 = 0
            /// The system time in nanoseconds at which to stop waiting; 0 waits for ever.
            public var timeout: PackedUInt64 = PackedUInt64()

            /// All fields zero.
            public init() {}
        }

        /// Widens what a 32-bit caller passed.
        public init(_ compat: Compat) {
            ports = UInt64(compat.ports)
            portCount = compat.portCount
            timeout = compat.timeout.value
        }

        /// Narrows the value for a 32-bit caller.
        public var compat: Compat {
            var narrow = Compat()
            narrow.ports = UInt32(truncatingIfNeeded: ports)
            narrow.portCount = portCount
            narrow.timeout = PackedUInt64(timeout)
            return narrow
        }
    }

    /// Arguments of `remoteShutdown` (`struct sched_remote_shutdown`, 8 bytes).
    public struct RemoteShutdown: GuestStructure {
        /// The domain to end.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding: UInt16 = 0
        /// A `ShutdownReason`.
        public var reason: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, reason: UInt32) {
            self.domain = domain
            self.reason = reason
        }
    }

    /// Arguments of `watchdog` (`struct sched_watchdog`, 8 bytes).
    public struct Watchdog: GuestStructure {
        /// 0 asks for a new watchdog; else the one to change.
        public var identifier: UInt32 = 0
        /// Seconds from now; 0 removes it.
        public var timeout: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(identifier: UInt32, timeout: UInt32) {
            self.identifier = identifier
            self.timeout = timeout
        }
    }

    /// Arguments of `pinOverride` (`struct sched_pin_override`, 4 bytes).
    public struct PinOverride: GuestStructure {
        /// The physical CPU; negative lifts the binding.
        public var physicalCPU: Int32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(physicalCPU: Int32) {
            self.physicalCPU = physicalCPU
        }
    }
}
