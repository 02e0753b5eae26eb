// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct HaltTests {
    let hypervisor = TestHypervisor()

    private func isPoweredOff(_ domain: Domain) -> Bool {
        if case .shutdown(.powerOff) = domain.end { true } else { false }
    }

    @Test("with interrupts on, it waits for one")
    func waits() throws {
        let guest = try hypervisor.makeGuest()
        guest.halt(interrupts: true)
        #expect(guest.vcpu.activity == .blocked)
        #expect(guest.control.instructionPointer == 0x1001)
        #expect(guest.domain.end == nil)
        guest.domain.parameters.callbackVector = 0xF3
        guest.vcpu.activity = .runnable
        guest.vcpu.notify()
        guest.halt(interrupts: true)
        #expect(guest.vcpu.activity == .runnable)
    }

    @Test("an interrupt of the local APIC that waits already keeps it awake")
    func localAPIC() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.localAPIC.spurious = 0x1FF
        guest.monitor.interrupt(guest.vcpu, vector: 0x30)
        guest.halt(interrupts: true)
        #expect(guest.vcpu.activity == .runnable)
    }

    @Test("with interrupts off, the last virtual CPU powers its domain off")
    func powerOff() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        guest.domain.vcpus[1].activity = .runnable
        guest.halt(interrupts: false)
        #expect(guest.vcpu.activity == .offline)
        #expect(guest.domain.end == nil)
        guest.other(1).halt(interrupts: false)
        #expect(isPoweredOff(guest.domain))
    }

    @Test("a non-maskable interrupt that waits keeps even that one awake")
    func nonMaskable() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.pending.insert(.nonMaskableInterrupt)
        guest.halt(interrupts: false)
        #expect(guest.domain.end == nil)
        #expect(guest.vcpu.activity == .runnable)
    }

    @Test("taking the last virtual CPU down by hypercall is a power-off too")
    func down() throws {
        let guest = try hypervisor.makeGuest()
        _ = guest.call(.vcpuOperation, UInt64(VCPUOperation.down.rawValue), 0)
        #expect(isPoweredOff(guest.domain))
    }
}
