// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// What a guest is given before it is entered: one event, the most urgent first.
struct EntryTests {
    let hypervisor = TestHypervisor()

    /// A guest that wants events on vector 0xF3 and has its local APIC on.
    private func makeGuest() throws -> TestGuest {
        let guest = try hypervisor.makeGuest()
        guest.domain.parameters.callbackVector = 0xF3
        guest.vcpu.localAPIC.spurious = 0x1FF
        return guest
    }

    private func enter(_ guest: TestGuest) -> EventInjection? {
        guest.enter()
        return guest.control.deliver()
    }

    @Test("a guest without events is entered with nothing")
    func nothing() throws {
        let guest = try makeGuest()
        #expect(enter(guest) == nil)
        #expect(!guest.control.isWindowRequested)
    }

    @Test("the callback comes for as long as the guest has not cleared the upcall flag")
    func callback() throws {
        let guest = try makeGuest()
        let port = try guest.openInterprocessor()
        _ = try guest.send(port)
        #expect(enter(guest) == .interrupt(0xF3))
        #expect(enter(guest) == .interrupt(0xF3))
        guest.acknowledge(port)
        #expect(enter(guest) == nil)
    }

    @Test("without a vector for it, or with one that is an exception's, the callback is not injected")
    func noCallback() throws {
        let guest = try makeGuest()
        _ = try guest.send(guest.openInterprocessor())
        for vector in [0, 1, 15] as [UInt8] {
            guest.domain.parameters.callbackVector = vector
            #expect(enter(guest) == nil)
        }
    }

    @Test("a guest that cannot take interrupts is asked to exit when it can")
    func window() throws {
        let guest = try makeGuest()
        _ = try guest.send(guest.openInterprocessor())
        guest.control.flags.remove(.interruptEnable)
        #expect(enter(guest) == nil)
        #expect(guest.control.isWindowRequested)
        guest.control.flags.insert(.interruptEnable)
        guest.exit(.interruptWindow)
        #expect(!guest.control.isWindowRequested)
        #expect(enter(guest) == .interrupt(0xF3))
    }

    @Test("exceptions go before non-maskable interrupts, these before the callback, and that before the local APIC's")
    func order() throws {
        let guest = try makeGuest()
        let port = try guest.openInterprocessor()
        _ = try guest.send(port)
        guest.monitor.interrupt(guest.vcpu, vector: 0x40)
        guest.vcpu.pending.insert(.nonMaskableInterrupt)
        guest.vcpu.raise(.generalProtection)
        #expect(enter(guest) == .exception(13, 0))
        #expect(enter(guest) == .nonMaskableInterrupt)
        #expect(enter(guest) == .interrupt(0xF3))
        #expect(guest.control.isWindowRequested)  // another one waits
        guest.acknowledge(port)
        #expect(enter(guest) == .interrupt(0x40))
        #expect(guest.vcpu.localAPIC.inService.highest == 0x40)
        #expect(enter(guest) == nil)
    }

    @Test("an exception without an error code is injected without one")
    func errorCodes() throws {
        let guest = try makeGuest()
        guest.vcpu.raise(.invalidOpcode, errorCode: 5)
        #expect(enter(guest) == .exception(6, nil))
        guest.vcpu.raise(.page, errorCode: 5)
        #expect(enter(guest) == .exception(14, 5))
    }

    @Test("an event whose delivery an exit has interrupted goes first, and the others wait")
    func interruptedDelivery() throws {
        let guest = try makeGuest()
        guest.control.injectInterrupt(0x77)
        guest.vcpu.raise(.generalProtection)
        #expect(enter(guest) == .interrupt(0x77))
        #expect(enter(guest) == .exception(13, 0))
    }

    @Test("a vector that the task priority holds back comes when the guest lowers it, though that makes no exit")
    func taskPriority() throws {
        let guest = try makeGuest()
        guest.control.taskPriority = 8
        guest.monitor.interrupt(guest.vcpu, vector: 0x80)
        #expect(enter(guest) == nil)
        #expect(guest.control.isWindowRequested)
        #expect(guest.control.windowPriority == 8)
        guest.control.taskPriority = 7
        guest.exit(.interruptWindow)
        #expect(enter(guest) == .interrupt(0x80))
    }

    @Test("interrupts of the local APIC are taken one after the other")
    func localAPIC() throws {
        let guest = try makeGuest()
        guest.monitor.interrupt(guest.vcpu, vector: 0x40)
        guest.monitor.interrupt(guest.vcpu, vector: 0x50)
        #expect(enter(guest) == .interrupt(0x50))
        #expect(enter(guest) == nil)
        guest.vcpu.localAPIC.endOfInterrupt()
        #expect(enter(guest) == .interrupt(0x40))
        guest.vcpu.localAPIC.endOfInterrupt()
        #expect(enter(guest) == nil)
        #expect(guest.vcpu.hasNothingPending)
    }

    @Test("changed translations of a domain are dropped once by each of its virtual CPUs, before its first entry too")
    func flush() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        guest.enter()
        #expect(hypervisor.backend.flushes == ["d1v0"])
        guest.domain.physicalMap.needsFlush = true
        guest.monitor.settle(guest.domain)
        guest.enter()
        guest.enter()
        guest.other(1).enter()
        #expect(hypervisor.backend.flushes == ["d1v0", "d1v0", "d1v1"])
    }

    @Test("the first entry loads the state in which the virtual CPU starts")
    func startup() throws {
        let guest = try makeGuest()
        guest.vcpu.startState = .protectedMode(entry: 0x1_0000)
        guest.vcpu.pending.insert(.startup)
        #expect(enter(guest) == nil)
        #expect(guest.control.instructionPointer == 0x1_0000)
        #expect(guest.vcpu.hasNothingPending)
    }
}
