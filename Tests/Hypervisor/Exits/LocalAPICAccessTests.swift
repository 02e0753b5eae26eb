// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Testing
import XenInterface

@testable import Hypervisor

/// The local APIC in x2APIC mode, through its MSRs: 0x800 and the register's offset divided by 16. (Intel SDM vol. 3A §11.12)
struct LocalAPICAccessTests {
    let hypervisor = TestHypervisor()

    /// A guest of which all local APICs are on.
    private func makeGuest(vcpuCount: Int = 1, of hypervisor: TestHypervisor? = nil) throws -> TestGuest {
        let guest = try (hypervisor ?? self.hypervisor).makeGuest(vcpuCount: vcpuCount)
        for vcpu in guest.domain.vcpus {
            try vcpu.localAPIC.setBase(vcpu.localAPIC.base | 1 << 10)
            vcpu.localAPIC.spurious = 0x1FF
        }
        return guest
    }

    @Test("registers hold what is written, within their bits")
    func registers() throws {
        let guest = try makeGuest()
        #expect(try guest.readMSR(0x803) & 0xFF == 0x14)
        for (register, value) in [(0x80F, 0x1EF), (0x83E, 0xB), (0x832, 0x2_00F0), (0x835, 0xE7FF), (0x808, 0x5A)]
            as [(UInt32, UInt64)]
        {
            try guest.writeMSR(register, value)
            #expect(try guest.readMSR(register) == value)
        }
        for register in UInt32(0x832)...0x837 { _ = try guest.readMSR(register) }
        #expect(try guest.readMSR(0x80D) == 1)
        #expect(try guest.readMSR(0x838) == 0)
    }

    @Test("reserved registers, reserved bits, and registers of one direction give #GP")
    func refusals() throws {
        let guest = try makeGuest()
        for register in [0x800, 0x801, 0x804, 0x80B, 0x80E, 0x82E, 0x831, 0x83F, 0x840, 0x8FF] as [UInt32] {
            #expect(throws: TestGuest.GeneralProtection.self) { _ = try guest.readMSR(register) }
        }
        for register in [0x802, 0x803, 0x80A, 0x80D, 0x810, 0x820, 0x839] as [UInt32] {
            #expect(throws: TestGuest.GeneralProtection.self) { try guest.writeMSR(register, 0) }
        }
        let reserved: [(UInt32, UInt64)] = [
            (0x80B, 1), (0x828, 1), (0x808, 0x100), (0x838, 1 << 32), (0x80F, 1 << 32), (0x80F, 1 << 10), (0x83E, 4),
            (0x832, 1 << 8), (0x832, 1 << 19), (0x833, 1 << 17), (0x835, 1 << 17), (0x837, 1 << 8), (0x830, 1 << 12),
            (0x830, 1 << 20), (0x83F, 0x100),
        ]
        for (register, value) in reserved {
            #expect(throws: TestGuest.GeneralProtection.self) { try guest.writeMSR(register, value) }
        }
    }

    @Test("an interrupt to oneself goes through requested and in service")
    func selfInterrupt() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x83F, 0x45)
        #expect(try guest.readMSR(0x822) == 1 << 5)
        guest.enter()
        #expect(guest.control.deliver() == .interrupt(0x45))
        #expect(try guest.readMSR(0x822) == 0)
        #expect(try guest.readMSR(0x812) == 1 << 5)
        #expect(try guest.readMSR(0x80A) == 0x40)
        try guest.writeMSR(0x80B, 0)
        #expect(try guest.readMSR(0x812) == 0)
    }

    @Test("the task priority is CR8's")
    func taskPriority() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x808, 0x70)
        #expect(guest.control.taskPriority == 7)
        guest.control.taskPriority = 3
        #expect(try guest.readMSR(0x808) == 0x30)
        try guest.writeMSR(0x808, 0x25)  // bits 3:0 are the guest's own
        guest.enter()
        #expect(try guest.readMSR(0x808) == 0x25)
        #expect(try guest.readMSR(0x80A) == 0x25)
        guest.control.taskPriority = 3
        #expect(try guest.readMSR(0x80A) == 0x35)
    }

    @Test("a vector below 16 is not sent, which the error register tells at once and for ever")
    func errors() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x83F, 5)
        #expect(try guest.readMSR(0x828) == 0b10_0000)
        try guest.writeMSR(0x828, 0)
        #expect(try guest.readMSR(0x828) == 0b10_0000)
        #expect(!guest.vcpu.localAPIC.hasRequest)
    }

    @Test("a mode of the timer without a count takes none, and ends one")
    func timerWithoutCount() throws {
        let guest = try makeGuest()
        for mode in [2, 3] as [UInt64] {
            try guest.writeMSR(0x832, 0x40)
            try guest.writeMSR(0x838, 1_000_000)
            #expect(guest.vcpu.timers.localAPIC != .max)
            try guest.writeMSR(0x832, mode << 17 | 0x40)
            #expect(try guest.readMSR(0x838) == 0)
            #expect(guest.vcpu.timers.localAPIC == .max)
            try guest.writeMSR(0x838, 1000)
            #expect(try guest.readMSR(0x838) == 0)
        }
    }

    @Test("another divisor is that of what remains of the timer's count")
    func timerDivide() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x83E, 0b1011)
        try guest.writeMSR(0x838, 0xF000_0000)
        let deadline = guest.vcpu.timers.localAPIC
        try guest.writeMSR(0x83E, 0b1010)
        #expect(try guest.readMSR(0x839) > 0xE000_0000)
        #expect(guest.vcpu.timers.localAPIC > deadline)
    }

    @Test("a domain that sends an external interrupt ends")
    func externalInterrupt() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x830, 1 << 18 | 7 << 8 | 0x60)
        guard case .destroyed = guest.domain.end else { return #expect(Bool(false)) }
    }

    /// The virtual CPUs to which an interrupt command sends vector 0x60.
    private func targets(_ command: UInt64, from sender: Int = 0) throws -> [Int] {
        let guest = try makeGuest(vcpuCount: 4, of: TestHypervisor())
        try guest.other(sender).writeMSR(0x830, command | 0x60)
        return (0..<4).filter { guest.domain.vcpus[$0].localAPIC.requested.highest == 0x60 }
    }

    @Test("an interrupt command reaches the virtual CPUs that it names")
    func destinations() throws {
        #expect(try targets(4 << 32) == [2])
        #expect(try targets(3 << 32) == [])
        #expect(try targets(0xFFFF_FFFF << 32) == [0, 1, 2, 3])
        #expect(try targets(1 << 18, from: 1) == [1])
        #expect(try targets(2 << 18, from: 1) == [0, 1, 2, 3])
        #expect(try targets(3 << 18, from: 1) == [0, 2, 3])
        #expect(try targets(0b1_0001 << 32 | 1 << 11) == [0, 2])  // logical: a bit for each identifier
        #expect(try targets(1 << 48 | 1 << 32 | 1 << 11) == [])  // another cluster
    }

    @Test("a non-maskable interrupt wakes another virtual CPU")
    func nonMaskable() throws {
        let guest = try makeGuest(vcpuCount: 2)
        guest.domain.vcpus[1].activity = .blocked
        try guest.writeMSR(0x830, 2 << 32 | 4 << 8)
        #expect(guest.domain.vcpus[1].activity == .runnable)
        #expect(guest.domain.vcpus[1].hasPending(.nonMaskableInterrupt))
    }

    @Test("INIT and a start-up message start another virtual CPU in real mode; a second message is ignored")
    func startup() throws {
        let guest = try makeGuest(vcpuCount: 2)
        let other = guest.other(1)
        try guest.writeMSR(0x830, 2 << 32 | 0x4500)
        #expect(!other.vcpu.isUp)
        try guest.writeMSR(0x830, 2 << 32 | 6 << 8 | 0x9F)
        #expect(other.vcpu.activity == .runnable)
        other.enter()
        let state = try #require(other.control.loadedState)
        #expect(state.code.base == 0x9_F000)
        #expect(!state.cr0.contains(.protectionEnable))
        try guest.writeMSR(0x830, 2 << 32 | 6 << 8 | 0x10)
        #expect(!other.vcpu.hasPending(.startup))
        try guest.place(VCPUContext(mode: 0))
        #expect(
            guest.call(.vcpuOperation, UInt64(VCPUOperation.initialize.rawValue), 1, TestGuest.argumentPlace) == -17)
    }

    @Test("a start-up message starts one that was down after INIT, and not one that went down by itself")
    func startupAgain() throws {
        let guest = try makeGuest(vcpuCount: 2)
        let other = guest.other(1)
        try guest.writeMSR(0x830, 2 << 32 | 6 << 8 | 0x9F)  // as before its first start
        #expect(other.vcpu.isUp)
        other.halt(interrupts: false)
        #expect(!other.vcpu.isUp)
        try guest.writeMSR(0x830, 2 << 32 | 6 << 8 | 0x10)
        #expect(!other.vcpu.isUp)
        try guest.writeMSR(0x830, 2 << 32 | 0x4500)
        #expect(!other.vcpu.isUp)
        try guest.writeMSR(0x830, 2 << 32 | 6 << 8 | 0x10)
        #expect(other.vcpu.isUp)
    }

    @Test("INIT for the last virtual CPU that is up powers the domain off, as nobody can start it again")
    func lastReset() throws {
        let guest = try makeGuest(vcpuCount: 2)
        try guest.writeMSR(0x830, 1 << 18 | 0x4500)
        #expect(!guest.vcpu.isUp)
        guard case .shutdown(.powerOff) = guest.domain.end else {
            Issue.record("the domain goes on")
            return
        }
    }

    @Test("INIT leaves the mode of the local APIC as it is, and all else as after a reset")
    func resetAPIC() throws {
        let guest = try makeGuest(vcpuCount: 2)
        let other = guest.other(1)
        other.vcpu.isInitialized = true
        try other.writeMSR(0x83F, 0x70)
        try guest.writeMSR(0x830, 2 << 32 | 0x500)  // edge-triggered, which has no end
        #expect(!other.vcpu.isUp)
        #expect(other.vcpu.localAPIC.mode == .x2APIC)
        #expect(!other.vcpu.localAPIC.hasRequest)
        #expect(!other.vcpu.localAPIC.isEnabled)
        #expect(guest.domain.end == nil)
    }

    @Test("the release of an INIT does not reset")
    func deassert() throws {
        let guest = try makeGuest(vcpuCount: 2)
        guest.domain.vcpus[1].activity = .runnable
        guest.domain.vcpus[1].isInitialized = true
        try guest.writeMSR(0x830, 2 << 32 | 0x8500)
        #expect(guest.domain.vcpus[1].activity == .runnable)
    }

    @Test("switched off by software it masks its own interrupts, and delivers none")
    func softwareDisable() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x837, 0xFE)
        try guest.writeMSR(0x83F, 0x60)
        try guest.writeMSR(0x80F, 0xFF)
        #expect(try guest.readMSR(0x837) == 1 << 16 | 0xFE)
        #expect(guest.vcpu.localAPIC.deliverable == nil)
        try guest.writeMSR(0x837, 0xFD)
        #expect(try guest.readMSR(0x837) == 1 << 16 | 0xFD)
        try guest.writeMSR(0x80F, 0x1FF)
        #expect(guest.vcpu.localAPIC.deliverable == 0x60)
    }

    @Test("switched on, it announces the event that has come by its vector meanwhile")
    func waitingUpcall() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x80F, 0xFF)
        guest.vcpu.upcallVector = 0x77
        guest.vcpu.notify()
        #expect(guest.vcpu.localAPIC.deliverable == nil)
        try guest.writeMSR(0x80F, 0x1FF)
        #expect(guest.vcpu.localAPIC.deliverable == 0x77)
    }

    @Test("the timer counts down, and fires its vector when it is not masked")
    func timer() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x83E, 0xB)
        try guest.writeMSR(0x832, 0x40)
        try guest.writeMSR(0x838, 1_000_000_000)
        let left = try guest.readMSR(0x839)
        #expect(left <= 1_000_000_000 && left > 900_000_000)
        let due = guest.vcpu.timers.localAPIC
        guest.cpu.expireTimers(at: due)
        #expect(guest.vcpu.localAPIC.deliverable == 0x40)
        #expect(guest.vcpu.timers.localAPIC == .max)
        #expect(try guest.readMSR(0x839) == 0)
    }

    @Test("a periodic timer starts again; a masked one fires nothing; a count of 0 stops it")
    func timerModes() throws {
        let guest = try makeGuest()
        try guest.writeMSR(0x83E, 0xB)
        try guest.writeMSR(0x832, 1 << 17 | 1 << 16 | 0x40)
        try guest.writeMSR(0x838, 100_000_000)
        let due = guest.vcpu.timers.localAPIC
        guest.cpu.expireTimers(at: due)
        #expect(guest.vcpu.localAPIC.deliverable == nil)
        #expect(guest.vcpu.timers.localAPIC == due + 1_000_000_000)
        try guest.writeMSR(0x832, 1 << 17 | 0x40)
        guest.cpu.expireTimers(at: guest.vcpu.timers.localAPIC)
        #expect(guest.vcpu.localAPIC.deliverable == 0x40)
        try guest.writeMSR(0x838, 0)
        #expect(guest.vcpu.timers.localAPIC == .max)
    }
}
