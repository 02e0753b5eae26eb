// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Synchronization
import XenInterface

@testable import Hypervisor

/// A domain of a test hypervisor, seen from inside: it calls the hypervisor as its kernel would. It runs without paging, so
/// linear addresses are guest-physical ones.
struct TestGuest {
    let domain: Domain
    let vcpu: VirtualCPU
    /// The last property, as the others have their frames in its memory until they go.
    let hypervisor: TestHypervisor

    init(_ domain: Domain, _ vcpu: VirtualCPU, _ hypervisor: TestHypervisor) {
        self.hypervisor = hypervisor
        self.domain = domain
        self.vcpu = vcpu
    }

    /// Memory that nothing else uses, for structures and arrays.
    static let argumentPlace: UInt64 = 0x4_0000
    static let arrayPlace: UInt64 = 0x5_0000

    var monitor: VirtualMachineMonitor<FakePlatform> { hypervisor.monitor }
    var cpu: PhysicalCPU<FakeBackend, FakePlatform> { hypervisor.cpu }
    var control: FakeControlBlock { hypervisor.backend.control(of: vcpu) }
    var identifier: DomainIdentifier { domain.identifier }

    /// How often translations had to be dropped, from 1 on.
    var generation: UInt64 { domain.generation.load(ordering: .relaxed) }

    /// The same domain, seen from another of its virtual CPUs.
    func other(_ number: Int) -> TestGuest { TestGuest(domain, domain.vcpus[number], hypervisor) }

    /// Handles an exit of this virtual CPU. One that waits or is down makes none: the test wants it to run.
    func exit(_ exit: Exit) {
        if vcpu.activity != .runnable { vcpu.activity = .runnable }
        cpu.handle(exit, of: vcpu)
    }

    /// What the hypervisor does before it enters the guest.
    func enter() {
        vcpu.isInTurn = true
        _ = cpu.isReady(vcpu)
        vcpu.leaveGuest()
    }

    /// Executes a hypercall with the number and arguments in the registers of the guest's word size.
    func call(_ number: HypercallNumber, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0) -> Int64 {
        vcpu.registers.rax = UInt64(number.rawValue)
        if control.isIn64BitCode {
            (vcpu.registers.rdi, vcpu.registers.rsi, vcpu.registers.rdx) = (first, second, third)
        } else {
            (vcpu.registers.rbx, vcpu.registers.rcx, vcpu.registers.rdx) = (first, second, third)
        }
        exit(.hypercall)
        return result
    }

    /// What the last hypercall has left in RAX or EAX.
    var result: Int64 {
        control.isIn64BitCode
            ? Int64(bitPattern: vcpu.registers.rax) : Int64(Int32(truncatingIfNeeded: vcpu.registers.rax))
    }

    /// Executes a hypercall whose second argument points to a structure, which is read back.
    func call<Structure: GuestStructure>(
        _ number: HypercallNumber, _ command: UInt32, _ structure: inout Structure
    ) throws -> Int64 {
        try place(structure)
        let result = call(number, UInt64(command), TestGuest.argumentPlace)
        structure = try fetch(Structure.self)
        return result
    }

    /// The same, where what comes back does not matter.
    func call<Structure: GuestStructure>(
        _ number: HypercallNumber, _ command: UInt32, _ structure: Structure
    ) throws -> Int64 {
        var copy = structure
        return try call(number, command, &copy)
    }

    /// Puts a structure into the guest's memory, in the layout of its word size.
    func place<Structure: GuestStructure>(_ structure: Structure, at address: UInt64 = argumentPlace) throws {
        if control.isIn64BitCode {
            try memory.write(structure, at: GuestLinearAddress(address))
        } else {
            try memory.write(structure.compat, at: GuestLinearAddress(address))
        }
    }

    /// Reads a structure from the guest's memory.
    func fetch<Structure: GuestStructure>(_: Structure.Type, at address: UInt64 = argumentPlace) throws -> Structure {
        if control.isIn64BitCode { return try memory.read(Structure.self, at: GuestLinearAddress(address)) }
        return Structure(try memory.read(Structure.Compat.self, at: GuestLinearAddress(address)))
    }

    /// Writes a plain value.
    func write<Value: BitwiseCopyable>(_ value: Value, at address: UInt64) throws {
        try memory.write(value, at: GuestLinearAddress(address))
    }

    /// Reads a plain value.
    func read<Value: BitwiseCopyable>(_: Value.Type, at address: UInt64) throws -> Value {
        try memory.read(Value.self, at: GuestLinearAddress(address))
    }

    /// Writes bytes, one after the other.
    func write(_ bytes: [UInt8], at address: UInt64) throws {
        for (index, byte) in bytes.enumerated() { try write(byte, at: address + UInt64(index)) }
    }

    /// Reads bytes, one after the other.
    func bytes(at address: UInt64, count: Int) throws -> [UInt8] {
        try (0..<count).map { try read(UInt8.self, at: address + UInt64($0)) }
    }

    private var memory: GuestMemory { GuestMemory(of: vcpu, control) }
}
