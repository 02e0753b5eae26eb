// SPDX-License-Identifier: MIT
import Testing
import XenInterface

@testable import Hypervisor

struct EventChannelsTests {
    let arena = TestArena()

    private final class Holder {
        var channels: EventChannels

        init(_ arena: TestArena) throws(TestArena.MissingFrame) {
            guard let channels = EventChannels(from: arena.allocator) else { throw .init() }
            self.channels = channels
        }

        func open(_ channel: EventChannel, limit: UInt32 = 4096) throws(XenError) -> UInt32 {
            let port = try channels.closedPort(from: 1, limit: limit)
            channels.open(port, as: channel)
            return port
        }

        func close(_ port: UInt32) { channels.close(port) }
        func get(_ port: UInt32) -> EventChannel? { channels[port] }
        func closedPort(from start: UInt32) throws(XenError) -> UInt32 {
            try channels.closedPort(from: start, limit: 4096)
        }
        var end: UInt32 { channels.end }
    }

    @Test("ports are handed out from 1 on, and the lowest closed one is used again")
    func lowestFirst() throws {
        let holder = try Holder(arena)
        for port in UInt32(1)...5 { #expect(try holder.open(.interprocessor(vcpu: 0)) == port) }
        holder.close(2)
        holder.close(4)
        #expect(try holder.open(.interprocessor(vcpu: 1)) == 2)
        #expect(try holder.open(.interprocessor(vcpu: 1)) == 4)
        #expect(try holder.open(.interprocessor(vcpu: 1)) == 6)
        #expect(holder.get(0)?.kind == nil)
    }

    @Test("all ports but 0 can be open, and then there is no space", arguments: [5, 1024] as [UInt32])
    func all(limit: UInt32) throws {
        let holder = try Holder(arena)
        for _ in 1..<limit { _ = try holder.open(.unbound(for: .control), limit: limit) }
        #expect(throws: XenError.noSpace) { _ = try holder.open(.unbound(for: .control), limit: limit) }
        #expect(holder.get(limit - 1)?.kind == .unbound)
        #expect(holder.get(limit)?.kind == nil)
        #expect(holder.get(.max)?.kind == nil)
        holder.close(limit / 2)
        #expect(try holder.open(.unbound(for: .control), limit: limit) == limit / 2)
    }

    @Test("without a free frame for the table no port is opened")
    func exhausted() throws {
        let holder = try Holder(arena)
        arena.leaveFree(0)
        #expect(throws: XenError.outOfMemory) { _ = try holder.open(.unbound(for: .control)) }
    }

    @Test("a channel is read as it was opened, and not at all when it is closed")
    func fields() throws {
        let holder = try Holder(arena)
        let port = try holder.open(.interdomain(DomainIdentifier(rawValue: 7), port: 99))
        let channel = try #require(holder.get(port))
        #expect(channel.kind == .interdomain)
        #expect(channel.remoteDomain.rawValue == 7)
        #expect(channel.detail == 99)
        #expect(channel.vcpu == 0)
        holder.close(port)
        #expect(holder.get(port)?.kind == nil)
    }

    @Test("ports there are in groups of 64, up to the highest one that was ever open")
    func groups() throws {
        let holder = try Holder(arena)
        #expect(holder.end == 64)
        for _ in 1..<64 { _ = try holder.open(.unbound(for: .control)) }
        #expect(holder.end == 64)
        #expect(try holder.open(.unbound(for: .control)) == 64)
        #expect(holder.end == 128)
        holder.close(64)
        #expect(holder.end == 128)
    }

    @Test("a search from a higher port on does not hide the lower ones that are closed")
    func searchFrom() throws {
        let holder = try Holder(arena)
        for _ in 1...5 { _ = try holder.open(.unbound(for: .control)) }
        holder.close(2)
        holder.close(4)
        #expect(try holder.closedPort(from: 3) == 4)
        #expect(try holder.closedPort(from: 5) == 6)
        #expect(try holder.closedPort(from: 1) == 2)
    }
}
