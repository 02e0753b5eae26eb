// SPDX-License-Identifier: MIT
import XenInterface

/// Every event channel has the ends that it says, and every virtual CPU is scheduled once.
extension Audit {
    /// The ports of a domain.
    mutating func checkEventChannels(of domain: Domain, among domains: [Domain]) {
        for port in 1..<max(domain.eventChannels.end, 1) {
            guard let channel = domain.eventChannels[port] else { continue }
            channelCount &+= 1
            switch channel.kind {
            case .interdomain: checkOtherEnd(of: channel, at: port, of: domain, among: domains)
            case .virtualInterrupt: checkInterrupt(of: channel, at: port, of: domain)
            case .physicalInterrupt:
                if domain.physicalInterrupts &>> UInt64(channel.detail) & 1 == 0 {
                    complain(.interruptHasPort, of: domain, UInt64(channel.detail))
                }
            case .closed, .unbound, .interprocessor: break
            }
        }
        checkInterruptPorts(of: domain)
    }

    /// The other end is bound to this one. The control domain's ends are kept nowhere, as there is no such domain.
    private mutating func checkOtherEnd(
        of channel: EventChannel, at port: UInt32, of domain: Domain, among domains: [Domain]
    ) {
        if channel.remoteDomain == .control { return }
        let remote = domains.first { $0.identifier == channel.remoteDomain }
        guard let other = remote?.eventChannels[channel.detail], other.kind == .interdomain,
            other.remoteDomain == domain.identifier, other.detail == port
        else { return complain(.channelHasOtherEnd, of: domain, UInt64(port)) }
    }

    private mutating func checkInterrupt(of channel: EventChannel, at port: UInt32, of domain: Domain) {
        let owner = VirtualInterrupt.isPerVCPU(channel.detail) ? domain.vcpu(channel.vcpu) : domain.vcpu(0)
        guard channel.detail < 24, owner?.virtualInterruptPorts[Int(channel.detail)] == port else {
            return complain(.interruptHasPort, of: domain, UInt64(channel.detail))
        }
    }

    /// A port that is noted for a virtual interrupt is bound to it.
    private mutating func checkInterruptPorts(of domain: Domain) {
        for vcpu in domain.vcpus {
            for number in 0..<24 where vcpu.virtualInterruptPorts[number] != 0 {
                let channel = domain.eventChannels[vcpu.virtualInterruptPorts[number]]
                if channel?.kind != .virtualInterrupt || channel?.detail != UInt32(number) {
                    complain(.interruptHasPort, of: domain, UInt64(number))
                }
            }
        }
    }

    /// Each virtual CPU of a domain stands in a run queue, and no others do.
    mutating func checkScheduler(_ scheduler: Scheduler, _ domains: [Domain]) {
        var count = 0
        for domain in domains { count &+= domain.vcpus.count }
        var queued = 0
        for queue in scheduler.queues { queued &+= queue.count }
        if queued != count { complain(.scheduled, UInt64(queued)) }
    }
}
