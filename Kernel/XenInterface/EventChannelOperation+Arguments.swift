// SPDX-License-Identifier: MIT

extension EventChannelOperation {
    /// Arguments of `bindInterdomain` (`struct evtchn_bind_interdomain`, 12 bytes).
    public struct BindInterdomain: GuestStructure {
        /// The domain at the other end.
        public var remoteDomain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding: UInt16 = 0
        /// Its port, which must be unbound and set aside for the caller.
        public var remotePort: EventChannelPort = EventChannelPort()
        /// Out: the caller's new port.
        public var localPort: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(remoteDomain: DomainIdentifier, remotePort: EventChannelPort) {
            self.remoteDomain = remoteDomain
            self.remotePort = remotePort
        }
    }

    /// Arguments of `bindVIRQ` (`struct evtchn_bind_virq`, 12 bytes).
    public struct BindVIRQ: GuestStructure {
        /// The number of the virtual interrupt, see `VirtualInterrupt`.
        public var virtualInterrupt: UInt32 = 0
        /// The vCPU that it belongs to; 0 for those that belong to the whole domain.
        public var vcpu: UInt32 = 0
        /// Out: the new port.
        public var port: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(virtualInterrupt: UInt32, vcpu: UInt32) {
            self.virtualInterrupt = virtualInterrupt
            self.vcpu = vcpu
        }
    }

    /// Arguments of `bindPIRQ` (`struct evtchn_bind_pirq`, 12 bytes).
    public struct BindPIRQ: GuestStructure {
        /// The number of the physical interrupt.
        public var physicalInterrupt: UInt32 = 0
        /// Bit 0: the interrupt may be shared.
        public var flags: UInt32 = 0
        /// Out: the new port.
        public var port: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(physicalInterrupt: UInt32, flags: UInt32) {
            self.physicalInterrupt = physicalInterrupt
            self.flags = flags
        }
    }

    /// Arguments of `close` (`struct evtchn_close`, 4 bytes).
    public struct Close: GuestStructure {
        /// The port to close.
        public var port: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(port: EventChannelPort) {
            self.port = port
        }
    }

    /// Arguments of `send` (`struct evtchn_send`, 4 bytes).
    public struct Send: GuestStructure {
        /// The caller's own port.
        public var port: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(port: EventChannelPort) {
            self.port = port
        }
    }

    /// Arguments of `status` (`struct evtchn_status`, 24 bytes).
    public struct Status: GuestStructure {
        /// Whose port.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding: UInt16 = 0
        /// The port asked about.
        public var port: EventChannelPort = EventChannelPort()
        /// Out: an `EventChannelState`.
        public var state: UInt32 = 0
        /// Out: the vCPU that is told of its events.
        public var vcpu: UInt32 = 0
        /// Out, by state: the other domain in bits 15...0 (unbound, interdomain), or the number of the interrupt.
        public var detail: UInt32 = 0
        /// Out: the other end's port (interdomain).
        public var remotePort: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, port: EventChannelPort) {
            self.domain = domain
            self.port = port
        }
    }

    /// Arguments of `allocateUnbound` (`struct evtchn_alloc_unbound`, 8 bytes).
    public struct AllocateUnbound: GuestStructure {
        /// Whose new port: an ordinary domain names itself, `DomainIdentifier.caller`.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// The domain that may connect to it.
        public var remoteDomain: DomainIdentifier = DomainIdentifier()
        /// Out: the new port.
        public var port: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, remoteDomain: DomainIdentifier) {
            self.domain = domain
            self.remoteDomain = remoteDomain
        }
    }

    /// Arguments of `bindIPI` (`struct evtchn_bind_ipi`, 8 bytes).
    public struct BindIPI: GuestStructure {
        /// The vCPU to interrupt.
        public var vcpu: UInt32 = 0
        /// Out: the new port.
        public var port: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(vcpu: UInt32) {
            self.vcpu = vcpu
        }
    }

    /// Arguments of `bindVCPU` (`struct evtchn_bind_vcpu`, 8 bytes).
    public struct BindVCPU: GuestStructure {
        /// The port.
        public var port: EventChannelPort = EventChannelPort()
        /// The vCPU that is to be told of its events.
        public var vcpu: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(port: EventChannelPort, vcpu: UInt32) {
            self.port = port
            self.vcpu = vcpu
        }
    }

    /// Arguments of `unmask` (`struct evtchn_unmask`, 4 bytes).
    public struct Unmask: GuestStructure {
        /// The port to unmask.
        public var port: EventChannelPort = EventChannelPort()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(port: EventChannelPort) {
            self.port = port
        }
    }

    /// Arguments of `reset` (`struct evtchn_reset`, 2 bytes).
    public struct Reset: GuestStructure {
        /// Whose ports.
        public var domain: DomainIdentifier = DomainIdentifier()

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier) {
            self.domain = domain
        }
    }
}
