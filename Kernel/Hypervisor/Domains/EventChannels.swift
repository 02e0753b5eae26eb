// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// The ports of a domain. Port 0 is never handed out. The table grows as ports are used, by a frame at a time.
public struct EventChannels: ~Copyable {
    private var table: FrameTable<EventChannel>
    /// No port below this one is closed.
    private var firstClosed: UInt32 = 1
    /// How many ports are open.
    private(set) var openCount: UInt32 = 0
    /// One more than the highest port that there is, open or closed: ports come in groups of 64, as on Xen.
    public private(set) var end: UInt32 = 64

    /// A table without open ports. Nil when no frame is free.
    public init?(from allocator: FrameAllocator) {
        guard let table = FrameTable<EventChannel>(from: allocator, maximumFrameCount: 512) else { return nil }
        self.table = table
    }

    /// The channel of a port; nil when the port is closed or there is no such port.
    public subscript(port: UInt32) -> EventChannel? {
        guard port != 0, let channel = table[UInt64(port)], channel.kind != .closed else { return nil }
        return channel
    }

    /// The lowest port from `start` on, and below `limit`, that is closed.
    ///
    /// - Throws: `.noSpace` when all are open, `.outOfMemory` when the table cannot grow.
    mutating func closedPort(from start: UInt32, limit: UInt32) throws(XenError) -> UInt32 {
        var port = max(start, firstClosed)
        while port < limit {
            if UInt64(port) >= table.count && !table.grow() { throw .outOfMemory }
            if table[UInt64(port)]?.kind == .closed {
                if start <= firstClosed { firstClosed = port }
                return port
            }
            port &+= 1
        }
        throw .noSpace
    }

    /// Opens a port that `closedPort` has given.
    public mutating func open(_ port: UInt32, as channel: EventChannel) {
        table.set(UInt64(port), to: channel)
        openCount &+= 1
        end = max(end, (port &+ 64) & ~63)
    }

    /// Changes what an open port is bound to.
    public mutating func set(_ port: UInt32, to channel: EventChannel) {
        table.set(UInt64(port), to: channel)
    }

    /// Calls `body` for each frame of the table.
    func forEachFrame(_ body: (HostFrame) -> Void) { table.forEachFrame(body) }

    /// Closes a port.
    public mutating func close(_ port: UInt32) {
        var closed = EventChannel()
        if let channel = self[port] {
            openCount &-= 1
            closed.lastPriority = channel.lastPriority
            closed.lastVCPU = channel.lastVCPU
        }
        table.set(UInt64(port), to: closed)
        firstClosed = min(firstClosed, max(port, 1))
    }
}
