// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// Memory that a guest does not have reads ones, and what is written there is lost.
@Suite(.recording)
struct UnbackedAccessTests {
    let hypervisor = TestHypervisor()

    private func touch(_ guest: TestGuest, _ address: UInt64) {
        guest.control.faultAddress = GuestPhysicalAddress(address)
        guest.exit(.nestedPageFault)
    }

    private func endStep(_ guest: TestGuest, vector: UInt8 = 1, errorCode: UInt32 = 0) {
        guest.control.exception = (vector, errorCode)
        guest.exit(.exception)
    }

    private func isMapped(_ guest: TestGuest, _ frame: UInt64) -> Bool {
        guest.domain.physicalMap.lookup(GuestFrame(frame)) != nil
    }

    @Test("for one instruction there is a page of ones; then it is gone, and holds ones again")
    func oneInstruction() throws {
        let guest = try hypervisor.makeGuest()
        touch(guest, 0xFED0_0010)
        #expect(guest.control.interceptsEveryException)
        #expect(try guest.read(UInt64.self, at: 0xFED0_0010) == .max)
        try guest.write(UInt64(0x1234), at: 0xFED0_0010)  // the instruction writes
        endStep(guest)
        #expect(!guest.control.interceptsEveryException)
        #expect(!isMapped(guest, 0xF_ED00))
        #expect(!guest.vcpu.hasPending(.exception))
        touch(guest, 0xFEC0_0000)
        #expect(try guest.read(UInt64.self, at: 0xFEC0_0010) == .max)
        endStep(guest)
        #expect(guest.domain.end == nil)
    }

    @Test("no table and no frame is left over")
    func nothingLeftOver() throws {
        let guest = try hypervisor.makeGuest()
        let before = hypervisor.arena.allocator.freeCount
        for address in [0x1000_0000, 0x80_0000_0000, 0xFFFF_FFFF_F000] as [UInt64] {
            touch(guest, address)
            endStep(guest)
        }
        #expect(hypervisor.arena.allocator.freeCount == before)
        #expect(guest.generation > 1, "old translations must not be used any more")
    }

    @Test("one instruction may touch several such pages, and they all go")
    func severalPages() throws {
        let guest = try hypervisor.makeGuest()
        for page in UInt64(0)..<8 { touch(guest, 0xFED0_0000 + page << 12) }
        #expect(guest.domain.end == nil)
        endStep(guest)
        for page in UInt64(0)..<8 { #expect(!isMapped(guest, 0xF_ED00 + page)) }
    }

    @Test("more pages than one instruction can touch end the domain")
    func tooMany() throws {
        let guest = try hypervisor.makeGuest()
        for page in UInt64(0)..<9 { touch(guest, 0xFED0_0000 + page << 12) }
        if case .destroyed = guest.domain.end {} else { Issue.record("the domain goes on") }
        #expect(Recorder.lines(of: "log").contains { $0.contains("d1v0 at rip 0x1000") })
    }

    @Test("an exception of the instruction itself reaches the guest, with its error code")
    func ownException() throws {
        let guest = try hypervisor.makeGuest()
        touch(guest, 0xFED0_0000)
        endStep(guest, vector: 14, errorCode: 2)
        #expect(!isMapped(guest, 0xF_ED00))
        guest.enter()
        #expect(guest.control.deliver() == .exception(14, 2))
    }

    @Test("a guest that steps through its own code gets its debug exception")
    func guestSteps() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.flags.insert(.trap)
        touch(guest, 0xFED0_0000)
        endStep(guest)
        guest.enter()
        #expect(guest.control.deliver() == .exception(1, nil))
    }

    @Test("a debug exception without a step is the guest's own")
    func ownDebugException() throws {
        let guest = try hypervisor.makeGuest()
        endStep(guest)
        guest.enter()
        #expect(guest.control.deliver() == .exception(1, nil))
    }

    @Test("writing to a page that the guest may only read ends the domain")
    func readOnly() throws {
        let guest = try hypervisor.makeGuest()
        try guest.domain.physicalMap.map(
            GuestFrame(0x9_0000), to: hypervisor.arena.takeZeroedFrame(), use: .special, writable: false)
        touch(guest, 0x9000_0000)
        if case .destroyed = guest.domain.end {} else { Issue.record("the domain goes on") }
    }

    @Test("an access that no frame is free for ends the domain, and the hypervisor goes on")
    func outOfMemory() throws {
        let guest = try hypervisor.makeGuest()
        hypervisor.arena.leaveFree(0)
        touch(guest, 0x80_0000_0000)
        if case .destroyed = guest.domain.end {} else { Issue.record("the domain goes on") }
    }

    @Test("another virtual CPU that takes over in between finds the page, and the first one ends its step")
    func twoVirtualCPUs() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        touch(guest, 0xFED0_0000)
        let other = guest.other(1)
        touch(other, 0xFEC0_0000)
        endStep(guest)
        #expect(!isMapped(guest, 0xF_ED00))
        #expect(isMapped(guest, 0xF_EC00))
        endStep(other)
        #expect(!isMapped(guest, 0xF_EC00))
    }
}
