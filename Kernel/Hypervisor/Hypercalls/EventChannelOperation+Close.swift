// SPDX-License-Identifier: MIT
import XenInterface

extension VirtualMachineMonitor {
    /// `EVTCHNOP_close`: the other end of an interdomain channel becomes unbound again.
    func close(_ port: UInt32, of domain: Domain) throws(XenError) {
        guard let channel = domain.eventChannels[port] else { throw .invalidArgument }
        if channel.kind == .interdomain, let remote = self.domain(channel.remoteDomain, for: domain),
            let other = remote.eventChannels[channel.detail], other.kind == .interdomain,
            other.remoteDomain == domain.identifier, other.detail == port
        {
            var unbound = EventChannel.unbound(for: domain.identifier)
            unbound.vcpu = other.vcpu
            remote.eventChannels.set(channel.detail, to: unbound)
        }
        domain.eventChannels.close(port)
        domain.sharedInfo.clearPending(port)
    }

    /// `EVTCHNOP_reset`: closes all ports of the caller.
    func reset(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(EventChannelOperation.Reset.self, at: pointer)
        try requireOwn(arguments.domain, call)
        closeEventChannels(of: call.domain)
    }

    /// Closes all ports of a domain.
    func closeEventChannels(of domain: Domain) {
        for port in 1..<max(domain.eventChannels.end, 1) { try? close(port, of: domain) }
    }
}
