// SPDX-License-Identifier: MIT
import XenInterface

extension Domain {
    /// Marks a port pending and tells the virtual CPU it is bound to, unless the guest has masked it. (Xen public header
    /// `event_channel.h`: the two-level ABI)
    func raiseEvent(_ port: UInt32) {
        // A domain that has changed to the 32-bit layout may still have ports for which that has no bits.
        guard port < sharedInfo.portLimit, let channel = eventChannels[port], !sharedInfo.setPending(port) else {
            return
        }
        if !sharedInfo.isMasked(port) { deliver(port, channel) }
        for vcpu in vcpus where vcpu.activity == .polling { vcpu.wake() }
    }

    /// Clears a port's mask, and delivers the event that came while it was set.
    func unmaskEvent(_ port: UInt32) {
        guard port < sharedInfo.portLimit, let channel = eventChannels[port] else { return }
        if sharedInfo.clearMask(port), sharedInfo.isPending(port) { deliver(port, channel) }
    }

    /// Raises the virtual interrupt on the port of a virtual CPU, if one is bound.
    func raiseVirtualInterrupt(_ interrupt: VirtualInterrupt, vcpu: UInt32) {
        if let port = eventChannels.port(ofVirtualInterrupt: interrupt.rawValue, vcpu: vcpu) { raiseEvent(port) }
    }

    private func deliver(_ port: UInt32, _ channel: EventChannel) {
        let bitsPerWord = UInt32(truncatingIfNeeded: sharedInfo.layout.wordSize &* 8)
        vcpu(channel.vcpu)?.notify(word: port / bitsPerWord)
    }
}
