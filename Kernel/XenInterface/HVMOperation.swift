// SPDX-License-Identifier: MIT

/// What `hvm_op` does, in its first argument (`HVMOP_*`, Xen public header `hvm/hvm_op.h`).
///
/// The second argument points to the structure; 32- and 64-bit callers use one layout.
public enum HVMOperation: UInt32, CaseIterable, Sendable {
    /// Sets a parameter of the domain: a `Parameter`.
    case setParameter = 0
    /// Reads a parameter of the domain: a `Parameter`.
    case getParameter = 1
    /// Withdrawn.
    case setPCIInterruptLevel = 2
    /// Withdrawn.
    case setISAInterruptLevel = 3
    /// Withdrawn.
    case setPCILinkRoute = 4
    /// Flushes the TLBs of all vCPUs. No arguments.
    case flushTLBs = 5
    /// Hints that a page table is about to go: a `PageTableDying`.
    case pageTableDying = 9
    /// Tells the time since the machine started: a `GetTime`.
    case getTime = 10
    /// Writes a trace record.
    case trace = 11
    /// Withdrawn.
    case setMemoryAccess = 12
    /// Withdrawn.
    case getMemoryAccess = 13
    /// Tells what lies at a guest frame: a `GetMemoryKind`.
    case getMemoryKind = 15
    /// Sets an interrupt vector for events on one vCPU: a `SetEventUpcallVector`.
    case setEventUpcallVector = 23
    /// Notifies whoever monitors the domain. No arguments.
    case guestRequestEvent = 24
    /// Alternate physical maps.
    case alternateMap = 25
}

extension HVMOperation {
    /// Arguments of `setParameter` and `getParameter` (`struct xen_hvm_param`, 16 bytes).
    public struct Parameter: GuestStructure {
        /// Whose parameter.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding: UInt16 = 0
        /// An `HVMParameter`.
        public var index: UInt32 = 0
        /// In for `setParameter`, out for `getParameter`.
        public var value: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, index: UInt32, value: UInt64 = 0) {
            self.domain = domain
            self.index = index
            self.value = value
        }
    }

    /// Arguments of `pageTableDying` (`struct xen_hvm_pagetable_dying`, 16 bytes).
    public struct PageTableDying: GuestStructure {
        /// Whose page table.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Padding, zero.
        public var padding0: UInt16 = 0
        /// Padding, zero.
        public var padding1: UInt32 = 0
        /// The guest-physical address of the top-level table.
        public var address: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, address: UInt64) {
            self.domain = domain
            self.address = address
        }
    }

    /// Arguments of `getTime` (`struct xen_hvm_get_time`, 8 bytes).
    public struct GetTime: GuestStructure {
        /// Out: nanoseconds since the machine started.
        public var now: UInt64 = 0

        /// All fields zero.
        public init() {}
    }

    /// Arguments of `trace` (`struct xen_hvm_xentrace`, 32 bytes).
    public struct Trace: GuestStructure {
        /// The number of the event: 12 bits.
        public var event: UInt16 = 0
        /// How many bytes belong to it.
        public var byteCount: UInt16 = 0
        /// The bytes.
        public var bytes: InlineArray<28, UInt8> = InlineArray(repeating: 0)

        /// The most bytes that an event can have.
        public static var maximumByteCount: UInt16 { 28 }

        /// All fields zero.
        public init() {}
    }

    /// Arguments of `getMemoryKind` (`struct xen_hvm_get_mem_type`, 16 bytes).
    public struct GetMemoryKind: GuestStructure {
        /// Whose memory.
        public var domain: DomainIdentifier = DomainIdentifier()
        /// Out: 0 read-write, 1 read-only, 2 device memory.
        public var kind: UInt16 = 0
        /// Padding, zero.
        public var padding: UInt32 = 0
        /// The guest frame asked about.
        public var guestFrame: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(domain: DomainIdentifier, guestFrame: UInt64) {
            self.domain = domain
            self.guestFrame = guestFrame
        }
    }

    /// Arguments of `setEventUpcallVector` (`struct xen_hvm_evtchn_upcall_vector`, 8 bytes).
    public struct SetEventUpcallVector: GuestStructure {
        /// The vCPU.
        public var vcpu: UInt32 = 0
        /// The interrupt vector; at least 0x10.
        public var vector: UInt8 = 0
        /// Padding, zero.
        public var padding0: UInt8 = 0
        /// Padding, zero.
        public var padding1: UInt16 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(vcpu: UInt32, vector: UInt8) {
            self.vcpu = vcpu
            self.vector = vector
        }
    }
}
