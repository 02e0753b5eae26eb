import Architecture
// SPDX-License-Identifier: MIT
import SeededRandom
import Testing
import XenInterface

@testable import Hypervisor

struct DispatchTests {
    let hypervisor = TestHypervisor()

    @Test("a 64-bit call leaves its result in RAX, moves RIP by three bytes, and changes no other register")
    func call64() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rcx = 0xC
        guest.vcpu.registers.r8 = 8
        guest.vcpu.registers.r10 = 10
        #expect(guest.call(.xenVersion, 0) == 0x0004_0011)
        #expect(guest.control.instructionPointer == 0x1003)
        #expect(guest.vcpu.registers.rax == 0x0004_0011)
        #expect(guest.vcpu.registers.rdi == 0)
        #expect(guest.vcpu.registers.rcx == 0xC)
        #expect(guest.vcpu.registers.r8 == 8)
        #expect(guest.vcpu.registers.r10 == 10)
    }

    @Test("an error is negated: over 64 bits for a 64-bit caller, over 32 with the upper half clear for the other")
    func errors() throws {
        let guest = try hypervisor.makeGuest()
        _ = guest.call(.xenVersion, 99)
        #expect(guest.vcpu.registers.rax == UInt64(bitPattern: -38))
        guest.control.isIn64BitCode = false
        guest.vcpu.registers.rax = .max
        _ = guest.call(.xenVersion, 99)
        #expect(guest.vcpu.registers.rax == 0xFFFF_FFDA)
    }

    @Test("only the low halves of a 32-bit caller's registers count")
    func upperHalves() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = false
        #expect(guest.call(.xenVersion, 0xDEAD_BEEF_0000_0000, .max) == 0x0004_0011)
        guest.vcpu.registers.rax = 0xDEAD_BEEF_0000_0011
        guest.vcpu.registers.rbx = 0xFFFF_FFFF_0000_0007
        guest.vcpu.registers.rcx = 0xFFFF_FFFF_0000_0000
        guest.exit(.hypercall)
        #expect(guest.vcpu.registers.rax == 4096)
    }

    @Test("a caller that is not the guest's kernel is refused, whatever it asks", arguments: [UInt8(1), 2, 3])
    func privilege(level: UInt8) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.privilegeLevel = level
        for number in HypercallNumber.allCases { #expect(guest.call(number) == -1) }
        #expect(guest.domain.end == nil)
        #expect(guest.control.instructionPointer == 0x1000 + 3 * UInt64(HypercallNumber.allCases.count))
    }

    @Test(
        "a number that is no hypercall is not implemented",
        arguments: [11, 43, 55, 56, 1000, 0xFFFF_FFFF, 0x1_0000_0100])
    func unknownNumber(number: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rax = number
        guest.exit(.hypercall)
        #expect(guest.result == -38)
        #expect(guest.control.instructionPointer == 0x1003)
    }

    @Test("calls for classic paravirtualised guests are not implemented")
    func notForThisGuest() throws {
        let guest = try hypervisor.makeGuest()
        let offered: Set<HypercallNumber> = [
            .memoryOperation, .setTimerOperation, .xenVersion, .consoleIO, .grantTableOperation, .vmAssist,
            .vcpuOperation, .schedulerOperation, .eventChannelOperation, .hvmOperation, .multicall, .platformOperation,
            .systemControl, .domainControl, .mmuExtendedOperation, .deviceModelOperation, .performanceMonitorOperation,
            .hypervisorFileSystemOperation,
        ]
        for number in HypercallNumber.allCases where !offered.contains(number) {
            #expect(guest.call(number) == -38)
        }
    }

    @Test("wild operations and pointers end in an error and never in a trap", arguments: [true, false])
    func wildArguments(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        guest.control.isIn64BitCode = is64Bit
        var random = SeededRandom(seed: is64Bit ? 1 : 2)
        let numbers = HypercallNumber.allCases
        let special: [UInt64] = [
            0, 1, 2, 3, 0x3F, 0x40, 0xFFF, 0x1000, 0x4_0000, 0xF_FFF8, 0x10_0000, 1 << 31, 1 << 32, .max,
        ]
        for _ in 0..<5000 {
            let number = numbers.randomElement(using: &random) ?? .xenVersion
            let arguments = (0..<3).map { _ in special.randomElement(using: &random) ?? 0 }
            let operation = UInt64.random(in: 0..<48, using: &random)
            _ = guest.call(number, Bool.random(using: &random) ? operation : arguments[0], arguments[1], arguments[2])
            guest.vcpu.activity = .runnable
            guest.domain.end = nil
        }
        #expect(guest.control.instructionPointer >= 0x1000)
    }

    @Test("arguments full of nonsense end in an error and never in a trap", arguments: [true, false])
    func nonsenseStructures(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        guest.control.isIn64BitCode = is64Bit
        var random = SeededRandom(seed: is64Bit ? 3 : 4)
        let special: [UInt64] = [
            0, 1, 2, 9, 0x7FF0, 0x4_0000, 0xFF, 1 << 16, 1 << 31, 1 << 36, 0x7FFF_FFFF_FFFF_FFFF, .max,
        ]
        let calls: [HypercallNumber] = [
            .memoryOperation, .eventChannelOperation, .vcpuOperation, .hvmOperation, .grantTableOperation,
            .schedulerOperation,
        ]
        for _ in 0..<4000 {
            for word in UInt64(0)..<17 {
                let value = special.randomElement(using: &random) ?? 0
                try guest.write(value &+ UInt64.random(in: 0...2, using: &random), at: 0x4_0000 + word * 8)
            }
            let number = calls.randomElement(using: &random) ?? .memoryOperation
            let operation = UInt64.random(in: 0..<32, using: &random)
            let isVCPU = number == .vcpuOperation
            _ = guest.call(
                number, operation, isVCPU ? UInt64.random(in: 0..<3, using: &random) : 0x4_0000, isVCPU ? 0x4_0000 : 1)
            guest.vcpu.activity = .runnable
            guest.domain.end = nil
            // The guest may have given away the page with its arguments.
            if guest.domain.physicalMap.lookup(GuestFrame(0x40))?.use != .ram { break }
        }
        #expect(guest.domain.physicalMap.ramFrameCount <= guest.domain.maximumFrameCount)
    }
}
