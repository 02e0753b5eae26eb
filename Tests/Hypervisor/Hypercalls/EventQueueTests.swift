import Architecture
// SPDX-License-Identifier: MIT
import SeededRandom
import Testing
import XenInterface

@testable import Hypervisor

/// The FIFO ABI of event channels. (Xen public header `event_channel.h`)
struct EventQueueTests {
    typealias Operation = EventChannelOperation
    let hypervisor = TestHypervisor()
    private let control: UInt64 = 0x80
    private let array: UInt64 = 0x90

    private func makeGuest(vcpuCount: Int = 1, hasArray: Bool = true) throws -> TestGuest {
        let guest = try hypervisor.makeGuest(vcpuCount: vcpuCount)
        for vcpu in 0..<UInt32(vcpuCount) {
            var arguments = Operation.InitializeControl(controlFrame: control, offset: vcpu * 128, vcpu: vcpu)
            #expect(try guest.call(.eventChannelOperation, Operation.initializeControl.rawValue, &arguments) == 0)
            #expect(arguments.linkBits == 17)
        }
        if hasArray { #expect(try expand(guest, array) == 0) }
        return guest
    }

    private func expand(_ guest: TestGuest, _ frame: UInt64) throws -> Int64 {
        try guest.call(.eventChannelOperation, Operation.expandArray.rawValue, Operation.ExpandArray(arrayFrame: frame))
    }

    private func setPriority(_ guest: TestGuest, _ port: UInt32, _ priority: UInt32) throws -> Int64 {
        let arguments = Operation.SetPriority(port: EventChannelPort(rawValue: port), priority: priority)
        return try guest.call(.eventChannelOperation, Operation.setPriority.rawValue, arguments)
    }

    private func word(_ guest: TestGuest, _ port: UInt32) throws -> UInt32 {
        try guest.read(UInt32.self, at: array << 12 + UInt64(port) * 4)
    }

    private func head(_ guest: TestGuest, vcpu: UInt64 = 0, _ priority: UInt64) throws -> UInt32 {
        try guest.read(UInt32.self, at: control << 12 + vcpu * 128 + 8 + priority * 4)
    }

    @Test("events are linked in their order, each in the queue of its priority")
    func order() throws {
        let guest = try makeGuest()
        let ports = try (0..<4).map { _ in try guest.openInterprocessor() }
        #expect(try setPriority(guest, ports[3], 2) == 0)
        for port in ports { #expect(try guest.send(port) == 0) }
        #expect(try head(guest, 7) == ports[0])
        #expect(try word(guest, ports[0]) == 0b101 << 29 | ports[1])
        #expect(try word(guest, ports[1]) == 0b101 << 29 | ports[2])
        #expect(try word(guest, ports[2]) == 0b101 << 29)
        #expect(try head(guest, 2) == ports[3])
        #expect(try guest.read(UInt32.self, at: control << 12) == 1 << 7 | 1 << 2)
        #expect(guest.vcpu.isUpcallPending)
    }

    @Test("an event that moves to another vCPU leaves a queue that is empty behind")
    func moves() throws {
        let guest = try makeGuest(vcpuCount: 2)
        let other = try hypervisor.makeGuest(2)
        let port = try guest.openPort(for: other.identifier)
        let (_, remote) = try other.bind(to: guest.identifier, port: port)
        #expect(try other.send(remote) == 0)
        #expect(try head(guest, 7) == port)
        try guest.write(UInt32(0), at: array << 12 + UInt64(port) * 4)  // the guest has taken it
        let bind = Operation.BindVCPU(port: EventChannelPort(rawValue: port), vcpu: 1)
        #expect(try guest.call(.eventChannelOperation, Operation.bindVCPU.rawValue, bind) == 0)
        #expect(try other.send(remote) == 0)
        #expect(try head(guest, vcpu: 1, 7) == port)
        let second = try guest.openInterprocessor()
        #expect(try guest.send(second) == 0)
        #expect(try head(guest, 7) == second)
        #expect(try word(guest, port) & 0x1FFFF == 0)
    }

    @Test("events wait for their words, and for their control block")
    func waiting() throws {
        let guest = try makeGuest(hasArray: false)
        let port = try guest.openInterprocessor()
        #expect(try guest.send(port) == 0)
        #expect(!guest.domain.isEventPending(port))
        #expect(try expand(guest, array) == 0)
        #expect(guest.domain.isEventPending(port))
        #expect(try head(guest, 7) == port)
    }

    @Test("131,071 ports can be open, and no more")
    func allPorts() throws {
        let hypervisor = TestHypervisor(memory: 16 << 20)
        let guest = try hypervisor.makeGuest()
        let arguments = Operation.InitializeControl(controlFrame: control, offset: 0, vcpu: 0)
        #expect(try guest.call(.eventChannelOperation, Operation.initializeControl.rawValue, arguments) == 0)
        var last: UInt32 = 0
        while true {
            do throws(XenError) {
                last = try guest.domain.openEventChannel(.interprocessor(vcpu: 0))
            } catch {
                #expect(error == .noSpace)
                break
            }
        }
        #expect(last == 131_071)
        for _ in 0..<128 { #expect(try expand(guest, array) == 0) }
        #expect(try expand(guest, array) == -28)
        #expect(try guest.send(last) == 0)
        #expect(try word(guest, 1023) & 1 << 31 != 0)
    }

    @Test("a reset goes back to two levels of bits and lets the guest's pages go")
    func reset() throws {
        let guest = try makeGuest()
        #expect(try guest.giveBack(control) == 1)
        #expect(try guest.giveBack(array) == 1)
        let free = hypervisor.arena.allocator.freeCount
        #expect(try guest.call(.eventChannelOperation, Operation.reset.rawValue, Operation.Reset(domain: .caller)) == 0)
        #expect(hypervisor.arena.allocator.freeCount >= free + 2)
        #expect(!guest.domain.usesEventQueues)
        #expect(try expand(guest, 0x91) == -95)
        let port = try guest.openInterprocessor()
        #expect(try guest.send(port) == 0)
        #expect(guest.isPending(port))
    }

    @Test("whatever the guest writes into its words and heads, sending is bounded and harms nobody else")
    func hostile() throws {
        let guest = try makeGuest()
        let other = try hypervisor.makeGuest(2)
        let ports = try (0..<8).map { _ in try guest.openInterprocessor() }
        var random = SeededRandom(seed: 7)
        for _ in 0..<2000 {
            for index in 0..<32 as Range<UInt64> {
                if random.next() % 4 == 0 {
                    try guest.write(UInt32(truncatingIfNeeded: random.next()), at: array << 12 + index * 4)
                }
            }
            let port = ports[Int(random.next() % 8)]
            _ = try setPriority(guest, port, UInt32(random.next() % 18))
            _ = try guest.send(port)
            if random.next() % 8 == 0 { _ = try guest.close(port) }
        }
        #expect(other.domain.end == nil)
        #expect(try other.status(of: 1).state == EventChannelState.interdomain.rawValue)
    }

    @Test("a place that is no memory, or set already, is refused, and nothing changes")
    func refusals() throws {
        let guest = try hypervisor.makeGuest()
        let cases: [(UInt64, UInt32, UInt32, Int64)] = [
            (0x80, 0, 9, -2), (0x80, 4, 0, -22), (0x80, 4032, 0, -22), (0x80, .max - 7, 0, -22),
            (0x8_0000, 0, 0, -22), (.max - 1, 0, 0, -22), (0xF_EFFF, 0, 0, -22),
        ]
        for (frame, offset, vcpu, result) in cases {
            let arguments = Operation.InitializeControl(controlFrame: frame, offset: offset, vcpu: vcpu)
            #expect(
                try guest.call(.eventChannelOperation, Operation.initializeControl.rawValue, arguments) == result)
        }
        #expect(!guest.domain.usesEventQueues)
        #expect(try expand(guest, array) == -95)
    }
}
