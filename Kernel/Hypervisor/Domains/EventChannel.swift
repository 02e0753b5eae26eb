// SPDX-License-Identifier: MIT
import XenInterface

/// One end of an event channel: what the port of a domain is bound to. Sixteen bytes, all zero when closed.
public struct EventChannel: BitwiseCopyable, Sendable {
    /// How the port is bound.
    public var kind = EventChannelState.closed
    /// The virtual CPU that is told of the event.
    public var vcpu: UInt32 = 0
    /// For an unbound or interdomain channel, the domain at the other end.
    public var remoteDomain = DomainIdentifier()
    /// For an interdomain channel, the other end's port; for a virtual interrupt, its number.
    public var detail: UInt32 = 0

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

    /// A channel by which a domain's virtual CPUs interrupt each other.
    static func interprocessor(vcpu: UInt32) -> EventChannel {
        var channel = EventChannel()
        channel.kind = .interprocessor
        channel.vcpu = vcpu
        return channel
    }
}
