// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct HVMOperationTests {
    let hypervisor = TestHypervisor()

    private func get(_ guest: TestGuest, _ index: UInt32) throws -> (result: Int64, value: UInt64) {
        var arguments = HVMOperation.Parameter(domain: .caller, index: index, value: 0xEEEE)
        let result = try guest.call(.hvmOperation, HVMOperation.getParameter.rawValue, &arguments)
        return (result, arguments.value)
    }

    private func set(_ guest: TestGuest, _ parameter: HVMParameter, _ value: UInt64) throws -> Int64 {
        let arguments = HVMOperation.Parameter(domain: .caller, index: parameter.rawValue, value: value)
        return try guest.call(.hvmOperation, HVMOperation.setParameter.rawValue, arguments)
    }

    @Test("the console's and xenstore's places are told")
    func places() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try get(guest, HVMParameter.consoleFrame.rawValue) == (0, 0xFEFFF))
        #expect(try get(guest, HVMParameter.consolePort.rawValue) == (0, 2))
        #expect(try get(guest, HVMParameter.xenstorePort.rawValue) == (0, 1))
        #expect(try get(guest, HVMParameter.xenstoreFrame.rawValue).result == 0)
    }

    @Test("every parameter there may be answers with a value or a proper error")
    func allIndices() throws {
        let guest = try hypervisor.makeGuest()
        for index in UInt32(0)..<64 {
            let result = try get(guest, index).result
            #expect(HVMParameter(rawValue: index) == nil ? result == -22 : result == 0 || result == -1)
        }
        #expect(try get(guest, .max).result == -22)
    }

    @Test("a parameter that is only stored comes back")
    func stored() throws {
        let guest = try hypervisor.makeGuest()
        for parameter in [HVMParameter.acpiPortsLocation, .generationIdentifierAddress, .x87InstructionPointerWidth] {
            #expect(try set(guest, parameter, 0x1234) == 0)
            #expect(try get(guest, parameter.rawValue) == (0, 0x1234))
        }
        for parameter in [HVMParameter.consoleFrame, .xenstoreFrame, .identityPageTable, .deviceRequestFrame] {
            #expect(try set(guest, parameter, 1) == -1)
        }
    }

    @Test("parameters of another domain are none of one's business")
    func otherDomain() throws {
        let guest = try hypervisor.makeGuest()
        _ = try hypervisor.makeGuest(2)
        for (domain, result) in [(2, -1), (0, -1), (9, -3), (1, 0)] as [(UInt16, Int64)] {
            let arguments = HVMOperation.Parameter(domain: DomainIdentifier(rawValue: domain), index: 17)
            #expect(try guest.call(.hvmOperation, HVMOperation.getParameter.rawValue, arguments) == result)
        }
    }

    @Test("setting the callback fixes the layout of shared information to the caller's word size")
    func callbackLatches() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = false
        #expect(try set(guest, .callbackInterrupt, EventCallback.vector(0xF3).rawValue) == 0)
        #expect(guest.domain.sharedInfo.layout == .bits32)
        #expect(guest.domain.parameters.callback.vector == 0xF3)
        let seconds = guest.domain.sharedInfo.frame.address.advanced(by: 0x904)
        #expect(PhysicalMemory.read(UInt32.self, at: seconds) == 1_700_000_000)
        guest.control.isIn64BitCode = true
        #expect(try set(guest, .callbackInterrupt, EventCallback.vector(0xF3).rawValue) == 0)
        #expect(guest.domain.sharedInfo.layout == .bits64)
    }

    @Test("the kind of memory behind a frame is told")
    func memoryKind() throws {
        let guest = try hypervisor.makeGuest()
        for (frame, kind) in [(0x20, 0), (0x8_0000, 2), (.max, 2)] as [(UInt64, UInt16)] {
            var arguments = HVMOperation.GetMemoryKind(domain: .caller, guestFrame: frame)
            #expect(try guest.call(.hvmOperation, HVMOperation.getMemoryKind.rawValue, &arguments) == 0)
            #expect(arguments.kind == kind)
        }
    }

    @Test("time is the system time")
    func time() throws {
        let guest = try hypervisor.makeGuest()
        var arguments = HVMOperation.GetTime()
        let before = guest.monitor.clock.now
        #expect(try guest.call(.hvmOperation, HVMOperation.getTime.rawValue, &arguments) == 0)
        #expect(arguments.now >= before && arguments.now <= guest.monitor.clock.now)
    }

    @Test("a vector of a virtual CPU's own is checked, and not offered")
    func upcallVector() throws {
        let guest = try hypervisor.makeGuest()
        for (vcpu, vector, result) in [(0, 15, -22), (9, 32, -2), (0, 32, -95)] as [(UInt32, UInt8, Int64)] {
            let arguments = HVMOperation.SetEventUpcallVector(vcpu: vcpu, vector: vector)
            #expect(try guest.call(.hvmOperation, HVMOperation.setEventUpcallVector.rawValue, arguments) == result)
        }
        #expect(guest.call(.hvmOperation, UInt64(HVMOperation.pageTableDying.rawValue), TestGuest.argumentPlace) == -22)
        #expect(guest.call(.hvmOperation, 99, TestGuest.argumentPlace) == -38)
    }
}
