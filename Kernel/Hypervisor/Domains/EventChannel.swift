// SPDX-License-Identifier: MIT
import XenInterface

/// One end of an event channel: what the port of a domain is bound to. Sixteen bytes; a record of zeros is closed.
public struct EventChannel: BitwiseCopyable, Sendable {
    /// How the port is bound.
    public var kind = EventChannelState.closed
    /// In which of a virtual CPU's queues its events go: 0 is the most urgent, 15 the least.
    var priority: UInt8 = EventQueues.defaultPriority
    /// The queue in which it was last.
    var lastPriority: UInt8 = EventQueues.defaultPriority
    /// Whether an event waits for a word in which it can be noted.
    var isWaiting = false
    /// The virtual CPU that is told of the event.
    public var vcpu: UInt32 = 0
    /// For an unbound or interdomain channel, the domain at the other end.
    public var remoteDomain = DomainIdentifier()
    /// The virtual CPU in whose queue it was last.
    var lastVCPU: UInt16 = 0
    /// For an interdomain channel, the other end's port; for a virtual interrupt, its number.
    public var detail: UInt32 = 0

    /// Whether its other end is a port of a domain.
    func leads(to port: UInt32, of domain: Domain) -> Bool {
        kind == .interdomain && remoteDomain == domain.identifier && detail == port
    }

    /// A channel that waits for another domain to bind to it.
    static func unbound(for domain: DomainIdentifier) -> EventChannel {
        var channel = EventChannel()
        channel.kind = .unbound
        channel.remoteDomain = domain
        return channel
    }

    /// A channel whose other end is a port of a domain.
    static func interdomain(_ domain: DomainIdentifier, port: UInt32) -> EventChannel {
        var channel = EventChannel()
        channel.kind = .interdomain
        channel.remoteDomain = domain
        channel.detail = port
        return channel
    }

    /// A channel on which the hypervisor announces a virtual interrupt.
    static func virtualInterrupt(_ number: UInt32, vcpu: UInt32) -> EventChannel {
        var channel = EventChannel()
        channel.kind = .virtualInterrupt
        channel.vcpu = vcpu
        channel.detail = number
        return channel
    }

    /// A channel for a physical interrupt, of which a guest without devices never sees one.
    static func physicalInterrupt(_ number: UInt32) -> EventChannel {
        var channel = EventChannel()
        channel.kind = .physicalInterrupt
        channel.detail = number
        return channel
    }

    /// A channel by which a domain's virtual CPUs interrupt each other.
    static func interprocessor(vcpu: UInt32) -> EventChannel {
        var channel = EventChannel()
        channel.kind = .interprocessor
        channel.vcpu = vcpu
        return channel
    }
}
