// SPDX-License-Identifier: MIT

extension EventChannelOperation {
    /// Arguments of `initializeControl` (`struct evtchn_init_control`, 24 bytes).
    public struct InitializeControl: GuestStructure {
        /// The guest frame that holds the control block.
        public var controlFrame: UInt64 = 0
        /// Where in that frame, in bytes; a multiple of 8.
        public var offset: UInt32 = 0
        /// The vCPU that it is for.
        public var vcpu: UInt32 = 0
        /// Out: how many bits of an event word hold a link.
        public var linkBits: UInt8 = 0
        /// Padding, zero.
        public var padding0: UInt8 = 0
        /// Padding, zero.
        public var padding1: UInt16 = 0
        /// Padding, zero.
        public var padding2: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(controlFrame: UInt64, offset: UInt32, vcpu: UInt32) {
            self.controlFrame = controlFrame
            self.offset = offset
            self.vcpu = vcpu
        }
    }

    /// Arguments of `expandArray` (`struct evtchn_expand_array`, 8 bytes).
    public struct ExpandArray: GuestStructure {
        /// The guest frame that becomes the next page of event words.
        public var arrayFrame: UInt64 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(arrayFrame: UInt64) {
            self.arrayFrame = arrayFrame
        }
    }

    /// Arguments of `setPriority` (`struct evtchn_set_priority`, 8 bytes).
    public struct SetPriority: GuestStructure {
        /// The port.
        public var port: EventChannelPort = EventChannelPort()
        /// 0 is the highest, 15 the lowest.
        public var priority: UInt32 = 0

        /// All fields zero.
        public init() {}

        /// The arguments of a call; what the hypervisor fills in starts as zero.
        public init(port: EventChannelPort, priority: UInt32) {
            self.port = port
            self.priority = priority
        }
    }
}
