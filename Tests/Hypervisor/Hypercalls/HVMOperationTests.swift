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
        #expect(try get(guest, HVMParameter.xenstoreFrame.rawValue) == (0, 0xFEFFC))
    }

    @Test("every parameter there may be answers with a value or a proper error")
    func allIndices() throws {
        let guest = try hypervisor.makeGuest()
        for index in UInt32(0)..<64 {
            let result = try get(guest, index).result
            let isNobodys = [4, 13, 20, 21, 22, 23, 24, 25, 26, 30].contains(index) || index > 38
            #expect(isNobodys ? result == -22 : result == 0 || result == -1)
        }
        #expect(try get(guest, .max).result == -22)
    }

    @Test("a parameter that is only stored comes back")
    func stored() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try set(guest, .generationIdentifierAddress, 0x1234) == 0)
        #expect(try get(guest, HVMParameter.generationIdentifierAddress.rawValue) == (0, 0x1234))
        for (width, result) in [(0, 0), (4, 0), (8, 0), (3, -22), (16, -22), (.max, -22)] as [(UInt64, Int64)] {
            #expect(try set(guest, .x87InstructionPointerWidth, width) == result)
        }
        #expect(try get(guest, HVMParameter.x87InstructionPointerWidth.rawValue) == (0, 8))
        #expect(try set(guest, .acpiPortsLocation, 1) == -19)
        #expect(try get(guest, HVMParameter.acpiPortsLocation.rawValue) == (0, 0))
        for parameter in [HVMParameter.consoleFrame, .xenstoreFrame, .identityPageTable, .deviceRequestFrame] {
            #expect(try set(guest, parameter, 1) == -1)
        }
    }

    @Test("a task state segment has a usual size, or one that is given")
    func taskState() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try set(guest, .vm86TaskState, 0x8000) == 0)
        #expect(try get(guest, HVMParameter.vm86TaskState.rawValue) == (0, 0x8000))
        #expect(try get(guest, HVMParameter.vm86TaskStateSized.rawValue) == (0, 128 << 32 | 0x8000))
        #expect(try set(guest, .vm86TaskStateSized, 0xFFFF << 32 | 0x9000) == 0)
        #expect(try get(guest, HVMParameter.vm86TaskStateSized.rawValue) == (0, 8329 << 32 | 0x9000))
        #expect(guest.domain.end == nil)
    }

    @Test("a task state segment that is too short, or too high, is the domain's end", arguments: [true, false])
    func wrongTaskState(hasSize: Bool) throws {
        let guest = try hypervisor.makeGuest()
        let value: UInt64 = hasSize ? 103 << 32 | 0x8000 : 1 << 32
        #expect(try set(guest, hasSize ? .vm86TaskStateSized : .vm86TaskState, value) == -22)
        #expect(guest.domain.end != nil)
    }

    @Test("parameters of another domain are none of one's business")
    func otherDomain() throws {
        let guest = try hypervisor.makeGuest()
        _ = try hypervisor.makeGuest(2)
        for (domain, result) in [(2, -1), (0, -22), (9, -3), (1, 0)] as [(UInt16, Int64)] {
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

    @Test("a vector of a virtual CPU's own is checked, and comes through its local APIC")
    func upcallVector() throws {
        let guest = try hypervisor.makeGuest()
        for (vcpu, vector, result) in [(0, 15, -22), (9, 32, -2), (0, 0x40, 0)] as [(UInt32, UInt8, Int64)] {
            let arguments = HVMOperation.SetEventUpcallVector(vcpu: vcpu, vector: vector)
            #expect(try guest.call(.hvmOperation, HVMOperation.setEventUpcallVector.rawValue, arguments) == result)
        }
        guest.vcpu.localAPIC.spurious |= 1 << 8
        let port = try guest.openInterprocessor()
        guest.setMask(port, false)
        #expect(try guest.send(port) == 0)
        #expect(guest.vcpu.localAPIC.requested.highest == 0x40)
    }

    @Test("hints and traces are checked and lead to nothing")
    func hints() throws {
        let guest = try hypervisor.makeGuest()
        for (domain, result) in [(0x7FF0, -22), (0, -95), (9, -3)] as [(UInt16, Int64)] {
            let dying = HVMOperation.PageTableDying(domain: DomainIdentifier(rawValue: domain), address: 0)
            #expect(try guest.call(.hvmOperation, HVMOperation.pageTableDying.rawValue, dying) == result)
        }
        for (event, count, result) in [(0xFFF, 28, 0), (0x1000, 0, -22), (1, 29, -22)] as [(UInt16, UInt16, Int64)] {
            var trace = HVMOperation.Trace()
            (trace.event, trace.byteCount) = (event, count)
            #expect(try guest.call(.hvmOperation, HVMOperation.trace.rawValue, trace) == result)
        }
        #expect(guest.call(.hvmOperation, UInt64(HVMOperation.alternateMap.rawValue), TestGuest.argumentPlace) == -95)
        #expect(guest.call(.hvmOperation, 99, TestGuest.argumentPlace) == -38)
    }
}
