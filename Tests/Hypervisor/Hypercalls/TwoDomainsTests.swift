// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// What two domains can do to each other: send events over a channel that both want, and nothing else.
struct TwoDomainsTests {
    let hypervisor = TestHypervisor()

    @Test("two domains that bind to each other exchange events")
    func exchange() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        let port = try first.openPort(for: second.identifier)
        let (result, other) = try second.bind(to: first.identifier, port: port)
        #expect(result == 0)
        #expect(second.isPending(other))  // an event may have been sent before
        second.acknowledge(other)

        #expect(try first.send(port) == 0)
        #expect(second.isPending(other))
        #expect(second.vcpu.isUpcallPending)
        #expect(!first.isPending(port))
        #expect(try second.send(other) == 0)
        #expect(first.isPending(port))

        let status = try second.status(of: other)
        #expect(status.state == EventChannelState.interdomain.rawValue)
        #expect(status.detail == 1)
        #expect(status.remotePort.rawValue == port)
    }

    @Test("a port is bound by the domain that it was opened for, and once")
    func bindRefusals() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        let third = try hypervisor.makeGuest(3)
        let port = try first.openPort(for: second.identifier)
        #expect(try third.bind(to: first.identifier, port: port).result == -22)
        #expect(try second.bind(to: DomainIdentifier(rawValue: 9), port: port).result == -3)
        for wrong in [0, port + 1, 4096, .max] {
            #expect(try second.bind(to: first.identifier, port: wrong).result == -22)
        }
        #expect(try second.bind(to: first.identifier, port: port).result == 0)
        #expect(try second.bind(to: first.identifier, port: port).result == -22)
    }

    @Test("when one end closes, the other is unbound again and may be bound anew")
    func close() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        let port = try first.openPort(for: second.identifier)
        let other = try second.bind(to: first.identifier, port: port).port
        #expect(try second.close(other) == 0)
        let status = try first.status(of: port)
        #expect(status.state == EventChannelState.unbound.rawValue)
        #expect(status.detail == 2)
        #expect(try first.send(port) == 0)
        #expect(!second.isPending(other))
        #expect(try second.bind(to: first.identifier, port: port) == (0, other))
    }

    @Test("a channel within one domain works at both ends")
    func loopback() throws {
        let guest = try hypervisor.makeGuest()
        let port = try guest.openPort(for: .caller)
        let (result, other) = try guest.bind(to: .caller, port: port)
        #expect(result == 0)
        #expect(try guest.send(other) == 0)
        #expect(guest.isPending(port))
        #expect(try guest.close(port) == 0)
        #expect(try guest.status(of: other).state == EventChannelState.unbound.rawValue)
    }

    @Test("an event wakes the domain that waits for it")
    func wake() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        let port = try first.openPort(for: second.identifier)
        let other = try second.bind(to: first.identifier, port: port).port
        second.acknowledge(other)
        #expect(second.call(.schedulerOperation, 1) == 0)
        #expect(second.vcpu.activity == .blocked)
        #expect(try first.send(port) == 0)
        #expect(second.vcpu.activity == .runnable)
    }

    @Test("ports of one domain mean nothing in the other")
    func ownPorts() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        let port = try first.openInterprocessor()
        #expect(try second.send(port) == -22)
        #expect(try second.close(port) == -22)
        #expect(try first.status(of: port).state == EventChannelState.interprocessor.rawValue)
    }

    @Test("no frame of one domain is mapped in the other")
    func memoryIsSeparate() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        var frames: [UInt64] = []
        for domain in [first.domain, second.domain] {
            for number in (0..<256).map({ UInt64($0) }) + [0xFC000, 0xFEFFF] {
                if let mapping = domain.physicalMap.lookup(GuestFrame(number)) { frames.append(mapping.frame.number) }
            }
        }
        #expect(frames.count == 2 * 258)
        #expect(Set(frames).count == frames.count)
    }

    @Test("when a domain goes, the ends of its channels in other domains are unbound")
    func removal() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        let port = try first.openPort(for: second.identifier)
        let other = try second.bind(to: first.identifier, port: port).port
        #expect(hypervisor.monitor.closeEventChannels(of: second.domain, from: 1) == nil)
        #expect(try first.status(of: port).state == EventChannelState.unbound.rawValue)
        #expect(try second.status(of: other).state == EventChannelState.closed.rawValue)
        #expect(try first.send(port) == 0)
    }
}
