// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// One instruction of the guest, and then an exit.
struct SingleStepTests {
    let hypervisor = TestHypervisor()

    /// DR6 after a single step: BS is set.
    private static let stepped: UInt64 = 0xFFFF_4FF0

    @Test("exceptions that can go on for ever exit always; no others do")
    func always() {
        #expect(InterceptedExceptions.always.rawValue == 1 << 1 | 1 << 17)
        #expect(InterceptedExceptions(.page).rawValue == 1 << 14)
    }

    @Test("a step sets the trap flag and intercepts every exception; its end takes both back, and the trace in DR6")
    func step() throws {
        let guest = try hypervisor.makeGuest()
        guest.cpu.beginSingleStep(of: guest.vcpu)
        #expect(guest.control.flags.contains(.trap))
        #expect(guest.control.interceptedExceptions.rawValue == .max)
        #expect(guest.vcpu.hasPending(.singleStep))
        guest.control.debugStatus = SingleStepTests.stepped | 1 << 13
        #expect(!guest.cpu.endSingleStep(of: guest.vcpu))
        #expect(guest.control.flags == [.alwaysOne, .interruptEnable])
        #expect(guest.control.interceptedExceptions == .always)
        #expect(guest.control.debugStatus == 0xFFFF_0FF0 | 1 << 13)
        #expect(guest.vcpu.hasNothingPending)
    }

    @Test("a guest that steps through its own code keeps its trap flag and its DR6")
    func guestSteps() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.flags.insert(.trap)
        guest.cpu.beginSingleStep(of: guest.vcpu)
        guest.control.debugStatus = SingleStepTests.stepped
        #expect(guest.cpu.endSingleStep(of: guest.vcpu))
        #expect(guest.control.flags.contains(.trap))
        #expect(guest.control.debugStatus == SingleStepTests.stepped)
    }

    @Test("that a guest once stepped does not matter for the next step")
    func nextStep() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.flags.insert(.trap)
        guest.cpu.beginSingleStep(of: guest.vcpu)
        _ = guest.cpu.endSingleStep(of: guest.vcpu)
        guest.control.flags.remove(.trap)
        guest.cpu.beginSingleStep(of: guest.vcpu)
        #expect(!guest.cpu.endSingleStep(of: guest.vcpu))
        #expect(!guest.control.flags.contains(.trap))
    }

    @Test("the shadow of STI and MOV SS, which would hold the trap back, ends before the step")
    func shadow() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isInterruptShadowed = true
        guest.cpu.beginSingleStep(of: guest.vcpu)
        #expect(!guest.control.isInterruptShadowed)
    }

    @Test("the exception that ends our step is nobody's: nothing is written for the guest to see")
    func ours() throws {
        let guest = try hypervisor.makeGuest()
        guest.cpu.beginSingleStep(of: guest.vcpu)
        guest.control.exception = (1, 0)
        guest.exit(.exception)
        #expect(guest.control.completedExceptionCount == 0)
        #expect(guest.vcpu.hasNothingPending)
    }

    @Test("an exception of the instruction itself is completed, as the guest's handler looks at CR2 and DR6")
    func guests() throws {
        let guest = try hypervisor.makeGuest()
        guest.cpu.beginSingleStep(of: guest.vcpu)
        guest.control.exception = (14, 4)
        guest.exit(.exception)
        #expect(guest.control.completedExceptionCount == 1)
        guest.enter()
        #expect(guest.control.deliver() == .exception(14, 4))
        #expect(guest.control.interceptedExceptions == .always)
    }

    @Test("an exception without a step is completed as well")
    func withoutStep() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.exception = (17, 0)
        guest.exit(.exception)
        #expect(guest.control.completedExceptionCount == 1)
        guest.enter()
        #expect(guest.control.deliver() == .exception(17, 0))
    }

    @Test("an exception with a vector that no exception has is dropped, and the guest goes on")
    func unknownVector() throws {
        let guest = try hypervisor.makeGuest()
        for vector in [9, 15, 31, 0xFF] as [UInt8] {
            guest.control.exception = (vector, 0)
            guest.exit(.exception)
        }
        #expect(guest.vcpu.hasNothingPending)
        #expect(guest.domain.end == nil)
    }
}
