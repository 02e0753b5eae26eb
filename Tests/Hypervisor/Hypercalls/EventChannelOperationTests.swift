// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct EventChannelOperationTests {
    typealias Operation = EventChannelOperation

    let hypervisor = TestHypervisor()

    @Test("a port is opened for another domain, and its state tells so")
    func allocateUnbound() throws {
        let guest = try hypervisor.makeGuest()
        let port = try guest.openPort(for: DomainIdentifier(rawValue: 42))
        #expect(port == 3)  // 1 and 2 are xenstore's and the console's
        let status = try guest.status(of: port)
        #expect(status.state == EventChannelState.unbound.rawValue)
        #expect(status.detail == 42)
    }

    @Test("an ordinary domain opens ports of its own only")
    func allocateForOther() throws {
        let guest = try hypervisor.makeGuest()
        _ = try hypervisor.makeGuest(2)
        for (domain, result) in [(1, 0), (2, -1), (0, -1), (77, -3)] as [(UInt16, Int64)] {
            let arguments = Operation.AllocateUnbound(
                domain: DomainIdentifier(rawValue: domain), remoteDomain: .control)
            #expect(try guest.call(.eventChannelOperation, Operation.allocateUnbound.rawValue, arguments) == result)
        }
    }

    @Test("a domain that names itself as the other end is known by its number")
    func allocateForSelf() throws {
        let guest = try hypervisor.makeGuest(5)
        let port = try guest.openPort(for: .caller)
        #expect(try guest.status(of: port).detail == 5)
    }

    @Test("the xenstore and console ports are bound to the control domain")
    func reservedPorts() throws {
        let guest = try hypervisor.makeGuest()
        for port in UInt32(1)...2 {
            let status = try guest.status(of: port)
            #expect(status.state == EventChannelState.interdomain.rawValue)
            #expect(status.detail == 0)
        }
    }

    @Test("the ports run out at the limit of the layout with no space", arguments: [true, false])
    func exhaustion(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        if !is64Bit { guest.domain.sharedInfo.use(.bits32, clock: guest.monitor.clock) }
        let arguments = Operation.AllocateUnbound(domain: .caller, remoteDomain: .control)
        var opened = 0
        while try guest.call(.eventChannelOperation, Operation.allocateUnbound.rawValue, arguments) == 0 { opened += 1 }
        #expect(guest.result == -28)
        #expect(opened == (is64Bit ? 4096 : 1024) - 3)
    }

    @Test("a new port has no event, though the one before it had, and its mask is left alone")
    func newPortIsClear() throws {
        let guest = try hypervisor.makeGuest()
        let port = try guest.openInterprocessor()
        guest.setMask(port, true)
        #expect(try guest.send(port) == 0)
        #expect(guest.isPending(port))
        #expect(try guest.close(port) == 0)
        #expect(!guest.isPending(port))
        #expect(try guest.openInterprocessor() == port)
        #expect(!guest.isPending(port))
        #expect(guest.isMasked(port))
    }

    @Test("a virtual interrupt is bound once for each virtual CPU")
    func bindTimer() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        for vcpu in UInt32(0)...1 {
            var arguments = Operation.BindVIRQ(virtualInterrupt: VirtualInterrupt.timer.rawValue, vcpu: vcpu)
            #expect(try guest.call(.eventChannelOperation, Operation.bindVIRQ.rawValue, &arguments) == 0)
            #expect(try guest.call(.eventChannelOperation, Operation.bindVIRQ.rawValue, &arguments) == -17)
            let status = try guest.status(of: 3 + vcpu)
            #expect(status.state == EventChannelState.virtualInterrupt.rawValue)
            #expect(status.vcpu == vcpu)
            #expect(status.detail == VirtualInterrupt.timer.rawValue)
        }
    }

    @Test("virtual interrupts and virtual CPUs that are not there are refused")
    func bindRefusals() throws {
        let guest = try hypervisor.makeGuest()
        let interrupts: [(UInt32, UInt32, Int64)] = [(24, 0, -22), (.max, 0, -22), (0, 1, -2), (0, .max, -2)]
        for (number, vcpu, result) in interrupts {
            let arguments = Operation.BindVIRQ(virtualInterrupt: number, vcpu: vcpu)
            #expect(try guest.call(.eventChannelOperation, Operation.bindVIRQ.rawValue, arguments) == result)
        }
        let bind = Operation.BindIPI(vcpu: 1)
        #expect(try guest.call(.eventChannelOperation, Operation.bindIPI.rawValue, bind) == -2)
        #expect(try guest.status(of: 3).state == EventChannelState.closed.rawValue)
    }

    @Test("an interprocessor event reaches the virtual CPU that it is bound to")
    func interprocessor() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        let port = try guest.openInterprocessor(vcpu: 1)
        #expect(try guest.status(of: port).state == EventChannelState.interprocessor.rawValue)
        #expect(try guest.send(port) == 0)
        #expect(guest.domain.vcpus[1].isUpcallPending)
        #expect(!guest.vcpu.isUpcallPending)
    }

    @Test(
        "sending on an unbound port is lost without an error; on a closed one, or a virtual interrupt, it is an error")
    func sendOthers() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try guest.send(guest.openPort(for: .control)) == 0)
        var timer = Operation.BindVIRQ(virtualInterrupt: 0, vcpu: 0)
        _ = try guest.call(.eventChannelOperation, Operation.bindVIRQ.rawValue, &timer)
        for port in [timer.port.rawValue, 0, 99, 4095, 4096, .max] { #expect(try guest.send(port) == -22) }
    }

    @Test("events can be moved to another virtual CPU, those that belong to one cannot")
    func bindVirtualCPU() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        let port = try guest.openPort(for: .control)
        let interprocessor = try guest.openInterprocessor()
        let cases: [(UInt32, UInt32, Int64)] = [
            (port, 1, 0), (interprocessor, 1, -22), (port, 2, -2), (77, 1, -22), (1, 1, 0),
        ]
        for (port, vcpu, result) in cases {
            let arguments = Operation.BindVCPU(port: EventChannelPort(rawValue: port), vcpu: vcpu)
            #expect(try guest.call(.eventChannelOperation, Operation.bindVCPU.rawValue, arguments) == result)
        }
        #expect(try guest.status(of: port).vcpu == 1)
    }

    @Test("status is for ports that there are and one's own domain")
    func status() throws {
        let guest = try hypervisor.makeGuest()
        _ = try hypervisor.makeGuest(2)
        let cases: [(UInt16, UInt32, Int64)] = [
            (0x7FF0, 0, 0), (0x7FF0, 63, 0), (0x7FF0, 64, -22), (2, 1, -1), (0, 1, -1), (9, 1, -3), (1, 1, 0),
        ]
        for (domain, port, result) in cases {
            let arguments = Operation.Status(
                domain: DomainIdentifier(rawValue: domain), port: EventChannelPort(rawValue: port))
            #expect(try guest.call(.eventChannelOperation, Operation.status.rawValue, arguments) == result)
        }
    }

    @Test("closing a closed port is an error; unmasking one is not, as long as there is such a port")
    func closed() throws {
        let guest = try hypervisor.makeGuest()
        for (port, result) in [(0, 0), (50, 0), (63, 0), (64, -22), (4096, -22), (.max, -22)] as [(UInt32, Int64)] {
            #expect(try guest.close(port) == -22)
            let arguments = Operation.Unmask(port: EventChannelPort(rawValue: port))
            #expect(try guest.call(.eventChannelOperation, Operation.unmask.rawValue, arguments) == result)
        }
    }

    @Test("a physical interrupt can be bound to one port at a time, and nothing is sent through it")
    func physicalInterrupt() throws {
        let guest = try hypervisor.makeGuest()
        var arguments = Operation.BindPIRQ(physicalInterrupt: 55, flags: 0)
        #expect(try guest.call(.eventChannelOperation, Operation.bindPIRQ.rawValue, &arguments) == 0)
        let port = arguments.port.rawValue
        #expect(try guest.call(.eventChannelOperation, Operation.bindPIRQ.rawValue, arguments) == -17)
        #expect(try guest.status(of: port).state == EventChannelState.physicalInterrupt.rawValue)
        #expect(try guest.status(of: port).detail == 55)
        #expect(try guest.send(port) == -22)
        #expect(try guest.close(port) == 0)
        #expect(try guest.call(.eventChannelOperation, Operation.bindPIRQ.rawValue, arguments) == 0)
        for number in [56, 64, .max] as [UInt32] {
            let wrong = Operation.BindPIRQ(physicalInterrupt: number, flags: 0)
            #expect(try guest.call(.eventChannelOperation, Operation.bindPIRQ.rawValue, wrong) == -22)
        }
    }

    @Test("a virtual interrupt that is closed can be bound again, on each virtual CPU by itself")
    func virtualInterruptAgain() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        for vcpu in UInt32(0)..<2 {
            var arguments = Operation.BindVIRQ(virtualInterrupt: 0, vcpu: vcpu)
            #expect(try guest.call(.eventChannelOperation, Operation.bindVIRQ.rawValue, &arguments) == 0)
            #expect(try guest.call(.eventChannelOperation, Operation.bindVIRQ.rawValue, arguments) == -17)
            #expect(try guest.close(arguments.port.rawValue) == 0)
            #expect(guest.domain.vcpus[Int(vcpu)].virtualInterruptPorts[0] == 0)
            #expect(try guest.call(.eventChannelOperation, Operation.bindVIRQ.rawValue, arguments) == 0)
        }
    }

    @Test("a reset closes all ports, the caller's only")
    func reset() throws {
        let guest = try hypervisor.makeGuest()
        let other = try hypervisor.makeGuest(2)
        _ = try guest.openInterprocessor()
        let refused = Operation.Reset(domain: other.identifier)
        #expect(try guest.call(.eventChannelOperation, Operation.reset.rawValue, refused) == -1)
        #expect(try guest.call(.eventChannelOperation, Operation.reset.rawValue, Operation.Reset(domain: .caller)) == 0)
        for port in UInt32(1)...3 { #expect(try guest.status(of: port).state == EventChannelState.closed.rawValue) }
        #expect(guest.call(.eventChannelOperation, 15, TestGuest.argumentPlace) == -38)
        #expect(try other.status(of: 1).state == EventChannelState.interdomain.rawValue)
        #expect(try guest.openInterprocessor() == 1)
    }

    @Test("a reset of many ports is interrupted, and gets to its end")
    func longReset() throws {
        let guest = try hypervisor.makeGuest()
        for _ in 0..<1000 { _ = try guest.openInterprocessor() }
        try guest.place(Operation.Reset(domain: .caller))
        let start = guest.control.instructionPointer
        _ = guest.call(.eventChannelOperation, UInt64(Operation.reset.rawValue), TestGuest.argumentPlace)
        #expect(guest.control.instructionPointer == start)
        #expect(guest.vcpu.registers.rdi == UInt64(Operation.continueReset.rawValue))
        guest.vcpu.registers.rdi = UInt64(Operation.reset.rawValue)  // another virtual CPU begins one as well
        guest.exit(.hypercall)
        #expect(guest.result == -16)
        let next = guest.control.instructionPointer
        guest.vcpu.registers.rax = UInt64(HypercallNumber.eventChannelOperation.rawValue)
        guest.vcpu.registers.rdi = UInt64(Operation.continueReset.rawValue)
        while guest.control.instructionPointer == next { guest.exit(.hypercall) }
        #expect(guest.result == 0)
        for port in UInt32(1)...1000 { #expect(guest.domain.eventChannels[port] == nil) }
    }

    @Test("a reset that was given up is busy for others, can be gone on with, and misses no port without saying so")
    func abandonedReset() throws {
        let guest = try hypervisor.makeGuest()
        for _ in 0..<1000 { _ = try guest.openInterprocessor() }
        _ = try guest.call(.eventChannelOperation, Operation.reset.rawValue, Operation.Reset(domain: .caller))
        guest.control.instructionPointer += 3  // it is never executed again
        #expect(try guest.openInterprocessor() == 1)
        try guest.place(Operation.Reset(domain: .caller))
        #expect(guest.call(.eventChannelOperation, UInt64(Operation.reset.rawValue), TestGuest.argumentPlace) == -16)
        let start = guest.control.instructionPointer
        _ = guest.call(.eventChannelOperation, UInt64(Operation.continueReset.rawValue), TestGuest.argumentPlace)
        while guest.control.instructionPointer == start { guest.exit(.hypercall) }
        #expect(guest.result == -11, "port 1 is open")
        #expect(guest.domain.eventChannels[1]?.kind == .interprocessor)
        #expect(guest.domain.eventChannels[2]?.kind == nil)
        let next = guest.control.instructionPointer
        _ = guest.call(.eventChannelOperation, UInt64(Operation.reset.rawValue), TestGuest.argumentPlace)
        while guest.control.instructionPointer == next { guest.exit(.hypercall) }
        #expect(guest.result == 0)
        #expect(guest.domain.eventChannels.openCount == 0)
    }

    @Test("arguments that cannot be read are a bad address", arguments: Array(0...14))
    func badAddress(operation: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        #expect(guest.call(.eventChannelOperation, operation, 0x10_0000) == -14)
        #expect(guest.call(.eventChannelOperation, operation, 0xF_FFFF) == -14)
    }
}
