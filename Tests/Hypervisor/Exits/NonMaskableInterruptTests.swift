// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// Non-maskable interrupts wait while the guest handles one.
struct NonMaskableInterruptTests {
    let hypervisor = TestHypervisor()

    private func enter(_ guest: TestGuest) -> EventInjection? {
        guest.enter()
        return guest.control.deliver()
    }

    /// A guest in the handler of a non-maskable interrupt, for which another one waits.
    private func makeGuest() throws -> TestGuest {
        let guest = try hypervisor.makeGuest()
        guest.domain.parameters.callbackVector = 0xF3
        guest.vcpu.localAPIC.spurious = 0x1FF
        guest.vcpu.pending.insert(.nonMaskableInterrupt)
        guest.control.canTakeNonMaskableInterrupt = false
        return guest
    }

    @Test("one that cannot be taken waits, and asks for an exit when it can")
    func waits() throws {
        let guest = try makeGuest()
        #expect(enter(guest) == nil)
        #expect(guest.control.isNonMaskableWindowRequested)
        #expect(guest.vcpu.hasPending(.nonMaskableInterrupt))
        guest.exit(.interruptWindow)
        #expect(!guest.control.isNonMaskableWindowRequested)
        guest.control.canTakeNonMaskableInterrupt = true
        #expect(enter(guest) == .nonMaskableInterrupt)
        #expect(enter(guest) == nil)
        #expect(guest.vcpu.hasNothingPending)
    }

    @Test("an exception of the handler goes before it")
    func exceptions() throws {
        let guest = try makeGuest()
        guest.vcpu.raise(.page, errorCode: 2)
        #expect(enter(guest) == .exception(14, 2))
        #expect(!guest.control.isNonMaskableWindowRequested)
        #expect(enter(guest) == nil)
        #expect(guest.control.isNonMaskableWindowRequested)
    }

    @Test("it wakes a guest that waits, interrupts off or not")
    func wakes() throws {
        let guest = try makeGuest()
        #expect(guest.monitor.hasDeliverableEvent(guest.vcpu))
    }
}
