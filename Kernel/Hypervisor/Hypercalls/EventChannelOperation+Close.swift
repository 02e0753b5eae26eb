// SPDX-License-Identifier: MIT
import Locking
import XenInterface

extension VirtualMachineMonitor {
    /// `EVTCHNOP_close`: the other end of an interdomain channel becomes unbound again. It does so last, as its domain's lock takes the
    /// place of this one's; until then, what comes from there finds this end closed.
    func close(_ port: UInt32, of domain: Domain) throws(XenError) {
        guard let channel = domain.eventChannels[port] else { throw .invalidArgument }
        switch channel.kind {
        case .virtualInterrupt: domain.forgetVirtualInterrupt(channel, at: port)
        case .physicalInterrupt: domain.physicalInterrupts &= ~(1 &<< UInt64(channel.detail))
        case .closed, .unbound, .interdomain, .interprocessor: break
        }
        domain.clearEvent(port)
        domain.eventChannels.close(port)
        if channel.kind == .interdomain { unbindOtherEnd(of: channel, at: port, of: domain) }
    }

    private func unbindOtherEnd(of channel: EventChannel, at port: UInt32, of domain: Domain) {
        guard let remote = self.domain(channel.remoteDomain, for: domain) else { return }
        visit(remote, from: domain) {
            guard var other = remote.eventChannels[channel.detail], other.leads(to: port, of: domain) else { return }
            other.kind = .unbound
            other.detail = 0
            remote.eventChannels.set(channel.detail, to: other)
        }
    }

    /// `EVTCHNOP_reset`: closes all ports of the caller, 256 at a time, and goes back to the two-level ABI. A call that is
    /// interrupted goes on under another number, and there is one at a time. A port that was opened behind its back, while it was
    /// interrupted, stays open, and then the ABI stays as well.
    ///
    /// - Throws: `.busy` when one is under way, or none that could go on, `.tryAgain` when a port is open in the end.
    func reset(_ call: Hypercall, at pointer: UInt64, goesOn: Bool) throws(XenError) {
        let arguments = try call.read(EventChannelOperation.Reset.self, at: pointer)
        try requireOwn(arguments.domain, call)
        let domain = call.domain
        guard goesOn == (domain.nextPortToReset > 0) else { throw .busy }
        let start = max(domain.nextPortToReset, 1)
        let end = max(start, min(start &+ 256, domain.eventChannels.end))
        for port in start..<end { try? close(port, of: domain) }
        guard end >= domain.eventChannels.end else {
            domain.nextPortToReset = end
            call.replaceArgument1(UInt64(EventChannelOperation.continueReset.rawValue))
            throw .restart
        }
        domain.nextPortToReset = 0
        guard domain.eventChannels.openCount == 0 else { throw .tryAgain }
        domain.endEventQueues()
    }

    /// Closes the ports of a domain that goes, from one on, up to 1024. Returns where to go on; nil when all are closed.
    func closeEventChannels(of domain: Domain, from start: UInt32) -> UInt32? {
        domain.lock.withLock {
            let next = min(start &+ 1024, domain.eventChannels.end)
            for port in start..<max(start, next) { try? close(port, of: domain) }
            return next < domain.eventChannels.end ? next : nil
        }
    }
}

extension Domain {
    /// The port of a virtual interrupt is found by the virtual CPU for which it was bound; that of one for the whole domain by the
    /// first, whichever is told of it now.
    fileprivate func forgetVirtualInterrupt(_ channel: EventChannel, at port: UInt32) {
        let owner = VirtualInterrupt.isPerVCPU(channel.detail) ? vcpu(channel.vcpu) : vcpu(0)
        guard let owner, channel.detail < 24, owner.virtualInterruptPorts[Int(channel.detail)] == port else { return }
        owner.virtualInterruptPorts[Int(channel.detail)] = 0
    }
}
