// SPDX-License-Identifier: MIT
import XenInterface

/// The ports of a domain. Port 0 is never handed out. The table grows as ports are used, by a frame at a time.
public struct EventChannels: ~Copyable {
    private var table: FrameTable<EventChannel>

    /// A table without open ports. Nil when no frame is free.
    public init?(from allocator: FrameAllocator) {
        guard let table = FrameTable<EventChannel>(from: allocator, maximumFrameCount: 16) else { return nil }
        self.table = table
    }

    /// The channel of a port; nil when the port is closed or there is no such port.
    public subscript(port: UInt32) -> EventChannel? {
        guard port != 0, let channel = table[UInt64(port)], channel.kind != .closed else { return nil }
        return channel
    }

    /// Binds the lowest port that is closed, below `limit`, and returns it.
    ///
    /// - Throws: `.noSpace` when all are open, `.outOfMemory` when the table cannot grow.
    public mutating func open(_ channel: EventChannel, limit: UInt32) throws(XenError) -> UInt32 {
        for port in 1..<max(limit, 1) {
            if UInt64(port) >= table.count && !table.grow() { throw .outOfMemory }
            if table[UInt64(port)]?.kind == .closed {
                table.set(UInt64(port), to: channel)
                return port
            }
        }
        throw .noSpace
    }

    /// Changes what an open port is bound to.
    public mutating func set(_ port: UInt32, to channel: EventChannel) {
        table.set(UInt64(port), to: channel)
    }

    /// Closes a port.
    public mutating func close(_ port: UInt32) {
        table.set(UInt64(port), to: EventChannel())
    }

    /// One more than the highest port that can be open.
    public var end: UInt32 { UInt32(truncatingIfNeeded: table.count) }

    /// The port to which a virtual interrupt is bound on a virtual CPU.
    public func port(ofVirtualInterrupt number: UInt32, vcpu: UInt32) -> UInt32? {
        for port in 1..<max(end, 1) {
            if let channel = self[port], channel.kind == .virtualInterrupt, channel.detail == number,
                channel.vcpu == vcpu
            {
                return port
            }
        }
        return nil
    }
}
