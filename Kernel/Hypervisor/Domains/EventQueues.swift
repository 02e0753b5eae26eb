// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// A virtual CPU's queues of events, one for each priority. The guest takes events at the heads, which lie in its control block;
/// the hypervisor keeps the tails. (Xen public header `event_channel.h`, struct evtchn_fifo_control_block)
struct EventQueues: ~Copyable {
    private let held: HeldFrame
    private let control: HostPhysicalAddress
    /// The last port that was put into each queue; 0 when it is known to be empty.
    var tails = InlineArray<16, UInt32>(repeating: 0)

    /// The size of a control block in bytes.
    static var controlSize: UInt32 { 72 }
    /// The priority of a port whose guest has not chosen one.
    static var defaultPriority: UInt8 { 7 }
    /// The least urgent one.
    static var lowestPriority: UInt32 { 15 }

    /// Empty queues, with a control block in a frame of the guest's.
    init(_ held: consuming HeldFrame, offset: UInt32) {
        control = held.address.advanced(by: UInt64(offset))
        self.held = held
    }

    /// The frame with the control block.
    var controlFrame: HostFrame { held.frame }

    /// Makes a port the first one of a queue.
    func setHead(of priority: UInt8, to port: UInt32) {
        PhysicalMemory.write(port, at: control.advanced(by: 8 &+ UInt64(priority) &* 4))
    }

    /// Tells the guest that a queue has an event. Returns whether it knew already.
    func markReady(_ priority: UInt8) -> Bool { PhysicalMemory.testAndSet(bit: UInt64(priority), of: control) }
}
