// SPDX-License-Identifier: MIT
import XenInterface

extension Domain {
    /// Whether the domain has its events in queues rather than in two levels of bits.
    var usesEventQueues: Bool { eventArrayIsThere }

    /// The number of ports that the domain can have as it is.
    var portLimit: UInt32 { usesEventQueues ? EventArray.portLimit : sharedInfo.portLimit }

    /// Marks a port pending and tells the virtual CPU it is bound to, unless the guest has masked it.
    func raiseEvent(_ port: UInt32) {
        guard let channel = eventChannels[port] else { return }
        if usesEventQueues { return queueEvent(port, channel) }
        // A domain that has changed to the 32-bit layout may still have ports for which that has no bits.
        guard port < sharedInfo.portLimit, !sharedInfo.setPending(port) else { return }
        if !sharedInfo.isMasked(port) { deliver(port, channel) }
        wakePollers(of: port)
    }

    /// Clears a port's mask, and delivers the event that came while it was set.
    func unmaskEvent(_ port: UInt32) {
        if usesEventQueues { return unmaskQueuedEvent(port) }
        guard port < sharedInfo.portLimit, sharedInfo.clearMask(port), sharedInfo.isPending(port),
            let channel = eventChannels[port]
        else { return }
        deliver(port, channel)
    }

    /// Whether an event is pending on a port.
    func isEventPending(_ port: UInt32) -> Bool {
        if usesEventQueues { return isQueuedEventPending(port) }
        return port < sharedInfo.portLimit && sharedInfo.isPending(port)
    }

    /// Forgets an event that is pending on a port.
    func clearEvent(_ port: UInt32) {
        if usesEventQueues { clearQueuedEvent(port) } else { sharedInfo.clearPending(port) }
    }

    /// Opens the lowest port that is free, not pending, and returns it.
    ///
    /// - Throws: `.noSpace` when all are open, `.outOfMemory` when the table cannot grow.
    func openEventChannel(_ channel: EventChannel) throws(XenError) -> UInt32 {
        var port = try eventChannels.closedPort(from: 1, limit: portLimit)
        while isEventQueued(port) { port = try eventChannels.closedPort(from: port &+ 1, limit: portLimit) }
        eventChannels.open(port, as: channel)
        clearEvent(port)
        return port
    }

    /// Raises the virtual interrupt on the port of a virtual CPU, if one is bound.
    func raiseVirtualInterrupt(_ interrupt: VirtualInterrupt, vcpu: VirtualCPU) {
        let port = vcpu.virtualInterruptPorts[Int(interrupt.rawValue)]
        if port != 0 { raiseEvent(port) }
    }

    /// Ends the polls for an event on a port. One for several ports ends with any event of the domain's, as on Xen.
    @inline(__always)
    func wakePollers(of port: UInt32) {
        if mayHavePollers { wakeThosePolling(port) }
    }

    @inline(never)
    private func wakeThosePolling(_ port: UInt32) {
        mayHavePollers = false
        for vcpu in vcpus where vcpu.activity == .polling {
            if vcpu.polledPort == 0 || vcpu.polledPort == port { vcpu.wake() } else { mayHavePollers = true }
        }
    }

    /// The two-level ABI: a bit of the selector tells in which word the pending bit is. (Xen public header `event_channel.h`)
    private func deliver(_ port: UInt32, _ channel: EventChannel) {
        let bitsPerWord = UInt32(truncatingIfNeeded: sharedInfo.layout.wordSize &* 8)
        vcpu(channel.vcpu)?.notify(word: port / bitsPerWord)
    }
}
