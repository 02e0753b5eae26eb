// SPDX-License-Identifier: MIT
import XenInterface

/// What the other guest does with event channels.
extension Peer {
    /// `event_channel_op`.
    public func eventChannel<Argument: GuestStructure>(_ operation: EventChannelOperation, _ argument: inout Argument)
        -> Int64
    {
        call(.eventChannelOperation, operation.rawValue, &argument)
    }

    /// Opens a port for a domain to connect to.
    public func openPort(for domain: DomainIdentifier) -> EventChannelPort {
        var call = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: domain)
        return eventChannel(.allocateUnbound, &call) == 0 ? call.port : EventChannelPort(rawValue: 0)
    }

    /// Closes a port.
    @discardableResult
    public func close(_ port: EventChannelPort) -> Int64 {
        var call = EventChannelOperation.Close(port: port)
        return eventChannel(.close, &call)
    }

    /// Raises an event on the other end of a port.
    @discardableResult
    public func send(_ port: EventChannelPort) -> Int64 {
        var call = EventChannelOperation.Send(port: port)
        return eventChannel(.send, &call)
    }

    /// What one of its ports is connected to.
    public func status(of port: EventChannelPort) -> EventChannelOperation.Status {
        var call = EventChannelOperation.Status(domain: .caller, port: port)
        _ = eventChannel(.status, &call)
        return call
    }

    /// Whether an event was pending on one of its ports.
    public func takesEvent(_ port: EventChannelPort) -> Bool {
        ask(.takeEvent, [UInt64(port.rawValue), 0, 0, 0, 0, 0]) == 1
    }
}
