// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

@Suite(.recording)
struct ExitTests {
    let hypervisor = TestHypervisor()

    @Test("a triple fault asks for a reboot")
    func tripleFault() throws {
        let guest = try hypervisor.makeGuest()
        guest.exit(.tripleFault)
        if case .shutdown(.reboot) = guest.domain.end {} else { Issue.record("the domain goes on") }
        #expect(Recorder.lines(of: "log").contains { $0.contains("triple fault") && $0.contains("0x1000") })
    }

    @Test("an instruction that guests do not have is invalid, and stays where it is")
    func undefinedInstruction() throws {
        let guest = try hypervisor.makeGuest()
        guest.exit(.undefinedInstruction)
        guest.enter()
        #expect(guest.control.deliver() == .exception(6, nil))
        #expect(guest.control.instructionPointer == 0x1000)
    }

    @Test("an instruction that guests may not execute in this way ends in a general protection fault, where it is")
    func forbiddenInstruction() throws {
        let guest = try hypervisor.makeGuest()
        guest.exit(.forbiddenInstruction)
        guest.enter()
        #expect(guest.control.deliver() == .exception(13, 0))
        #expect(guest.control.instructionPointer == 0x1000)
    }

    @Test("what the control block has seen to itself needs nothing more")
    func settled() throws {
        let guest = try hypervisor.makeGuest()
        guest.exit(.settled)
        #expect(guest.control.instructionPointer == 0x1000)
        #expect(guest.vcpu.hasNothingPending)
        #expect(guest.domain.end == nil)
    }

    @Test("caches are not the guest's to invalidate: the instruction does nothing")
    func invalidateCaches() throws {
        let guest = try hypervisor.makeGuest()
        guest.exit(.invalidateCaches)
        #expect(guest.control.instructionPointer == 0x1002)
        #expect(guest.vcpu.hasNothingPending)
    }

    @Test("a state that the processor refuses, and an exit that nobody asked for, end the domain and are logged")
    func ends() throws {
        for (number, exit) in [Exit.invalidState, .unexpected].enumerated() {
            let guest = try hypervisor.makeGuest(UInt16(number) + 1)
            guest.control.exitCode = 0x99
            guest.exit(exit)
            if case .destroyed = guest.domain.end {} else { Issue.record("the domain goes on") }
            #expect(Recorder.lines(of: "log").contains { $0.contains("d\(number + 1)v0 at rip") })
        }
        #expect(Recorder.lines(of: "log").contains { $0.contains("0x99") })
    }

    @Test("what the processor says of its refusal is logged, and the rule that is broken")
    func refusal() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.refusal = "the moon is full"
        guest.control.brokenRule = "the sky is green"
        guest.exit(.invalidState)
        #expect(Recorder.lines(of: "log").contains { $0.contains("the moon is full") })
        #expect(Recorder.lines(of: "log").contains { $0.contains("the sky is green") })
    }

    @Test("the first reason for which a domain ends is the one that counts")
    func firstReason() throws {
        let guest = try hypervisor.makeGuest()
        guest.exit(.tripleFault)
        guest.exit(.invalidState)
        if case .shutdown(.reboot) = guest.domain.end {} else { Issue.record("another reason") }
    }
}
