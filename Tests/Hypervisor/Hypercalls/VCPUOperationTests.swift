// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct VCPUOperationTests {
    let hypervisor = TestHypervisor()

    private func call(_ guest: TestGuest, _ operation: VCPUOperation, _ vcpu: UInt64 = 0, _ pointer: UInt64 = 0)
        -> Int64
    {
        guest.call(.vcpuOperation, UInt64(operation.rawValue), vcpu, pointer)
    }

    private func register(_ guest: TestGuest, frame: UInt64, offset: UInt32, vcpu: UInt64 = 0) throws -> Int64 {
        try guest.place(VCPUOperation.RegisterVCPUInfo(guestFrame: frame, offset: offset))
        return call(guest, .registerVCPUInfo, vcpu, TestGuest.argumentPlace)
    }

    @Test("a virtual CPU that is not there is no entry, whatever is asked", arguments: VCPUOperation.allCases)
    func noSuchVCPU(operation: VCPUOperation) throws {
        let guest = try hypervisor.makeGuest()
        for number in [1, 127, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt64] { #expect(call(guest, operation, number) == -2) }
    }

    @Test("a vcpu_info moves into the guest's memory once, and the guest is told to look at all events")
    func registerInfo() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try register(guest, frame: 0x20, offset: 0x40) == 0)
        #expect(try guest.read(UInt8.self, at: 0x2_0040) == 1)
        #expect(try guest.read(UInt64.self, at: 0x2_0048) == .max)
        #expect(try guest.read(UInt32.self, at: 0x2_0040 + 32 + 24) == guest.monitor.clock.multiplier)
        #expect(try register(guest, frame: 0x21, offset: 0x40) == -22)
    }

    @Test(
        "a place for vcpu_info lies within a page of memory, on eight bytes",
        arguments: [
            (0x20, 4096 - 63), (0x20, 4096), (0x20, .max), (0x20, 4), (0x20, 1), (0x8_0000, 0), (.max, 0),
            (0xF_EFFF, 0),
        ] as [(UInt64, UInt32)])
    func registerInfoRefusals(frame: UInt64, offset: UInt32) throws {
        let guest = try hypervisor.makeGuest()
        #expect(try register(guest, frame: frame, offset: offset) < 0)
        #expect(try register(guest, frame: 0x20, offset: 4096 - 64) == 0)
    }

    @Test("a vcpu_info of another virtual CPU can be registered while that is down")
    func registerInfoOfOther() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        #expect(try register(guest, frame: 0x20, offset: 0, vcpu: 1) == 0)
        #expect(guest.domain.vcpus[1].info != nil)
        guest.domain.vcpus[1].hasRegisteredInfo = false
        guest.domain.vcpus[1].activity = .runnable
        #expect(try register(guest, frame: 0x21, offset: 0, vcpu: 1) < 0)
    }

    @Test("a virtual CPU is initialised once, then brought up, and taken down", arguments: [true, false])
    func life(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        guest.control.isIn64BitCode = is64Bit
        #expect(call(guest, .isUp, 1) == 0)
        #expect(call(guest, .up, 1) == -22)
        try placeContext(guest, mode: 0)
        #expect(call(guest, .initialize, 1, TestGuest.argumentPlace) == 0)
        #expect(call(guest, .initialize, 1, TestGuest.argumentPlace) == -17)
        #expect(call(guest, .isUp, 1) == 0)
        #expect(call(guest, .up, 1) == 0)
        #expect(call(guest, .isUp, 1) == 1)
        #expect(guest.domain.vcpus[1].activity == .runnable)
        #expect(call(guest, .up, 1) == 0)
        #expect(call(guest, .down, 1) == 0)
        #expect(call(guest, .isUp, 1) == 0)
        #expect(guest.domain.end == nil)
    }

    @Test("a virtual CPU starts with the registers of its context, 32-bit or 64-bit", arguments: [UInt32(0), 1])
    func context(mode: UInt32) throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        try placeContext(guest, mode: mode)
        #expect(call(guest, .initialize, 1, TestGuest.argumentPlace) == 0)
        #expect(call(guest, .up, 1) == 0)
        let other = guest.other(1)
        other.enter()
        let state = try #require(other.control.loadedState)
        #expect(state.instructionPointer == 0x1234)
        #expect(state.stackPointer == 0x8000)
        #expect(other.vcpu.registers.rbx == 0xB)
        #expect(other.vcpu.registers.rdi == 0xD1)
        if mode == 1 {
            #expect(state.efer.contains(.longModeActive))
            #expect(state.code.attributes.contains(.long))
            #expect(state.cr3 == 0x5000)
        } else {
            #expect(state.code.attributes.rawValue == 0xC9B)
            #expect(!state.efer.contains(.longModeActive))
        }
    }

    @Test("contexts that no processor could run are refused")
    func brokenContexts() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        let place = TestGuest.argumentPlace
        let breaks: [(UInt32, UInt64, UInt32)] = [
            (0, 0, 2), (0, 4, 1), (0, 8 + 52, 1), (0, 8 + 104, 0x1C9B), (0, 8 + 104, 0xC1B), (0, 8 + 114, 1),
            (0, 8 + 108, 0xCF3), (1, 8 + 80, 0x11), (1, 8 + 96, 0), (1, 8 + 104, 0),
        ]
        for (mode, offset, value) in breaks {
            try placeContext(guest, mode: mode)
            if offset == 8 + 104 && mode == 0 || offset >= 8 + 106 {
                try guest.write(UInt16(value), at: place + offset)
            } else {
                try guest.write(value, at: place + offset)
            }
            #expect(call(guest, .initialize, 1, place) == -22)
        }
        #expect(call(guest, .initialize, 1, 0xF_FFC0) == -14)
        #expect(!guest.domain.vcpus[1].isInitialized)
    }

    /// Writes a context that will do, by offsets. (Xen public header `hvm/hvm_vcpu.h`)
    private func placeContext(_ guest: TestGuest, mode: UInt32) throws {
        let place = TestGuest.argumentPlace
        for offset in UInt64(0)..<16 { try guest.write(UInt64(0), at: place + offset * 8) }
        try guest.write(mode, at: place)
        if mode == 0 {
            let words: [(UInt64, UInt32)] = [
                (12, 0xB), (16, 0x8000), (28, 0xD1), (32, 0x1234), (36, 2), (40, 0x11), (84, .max), (88, .max),
                (92, .max),
                (96, .max), (100, 0x67),
            ]
            for (offset, value) in words { try guest.write(value, at: place + 8 + offset) }
            let attributes: [(UInt64, UInt16)] = [(104, 0xC9B), (106, 0xC93), (108, 0xC93), (110, 0xC93), (112, 0x8B)]
            for (offset, value) in attributes { try guest.write(value, at: place + 8 + offset) }
        } else {
            let words: [(UInt64, UInt64)] = [
                (24, 0xB), (32, 0x8000), (56, 0xD1), (64, 0x1234), (72, 2), (80, 0x8000_0011), (88, 0x5000), (96, 0x20),
                (104, 0x100),
            ]
            for (offset, value) in words { try guest.write(value, at: place + 8 + offset) }
        }
    }

    @Test("the run state is told, and copied to a registered place in the layout of the word size")
    func runstate() throws {
        let guest = try hypervisor.makeGuest()
        #expect(call(guest, .getRunstateInfo, 0, TestGuest.argumentPlace) == 0)
        let before = try guest.fetch(RunstateInfo.self)
        #expect(before.entryTime > 0)
        try guest.place(VCPUOperation.RegisterArea(address: 0x5_0FF0))
        #expect(call(guest, .registerRunstateArea, 0, TestGuest.argumentPlace) == 0)
        guest.monitor.changeRunstate(of: guest.vcpu, to: .running, at: 5000)
        guest.monitor.changeRunstate(of: guest.vcpu, to: .blocked, at: 7000)
        let copy = try guest.read(RunstateInfo.self, at: 0x5_0FF0)
        #expect(copy.state == Runstate.blocked.rawValue)
        #expect(copy.runningTime == 2000)
        #expect(copy.entryTime == 7000)
    }

    @Test("a place for the run state that leaves the guest's memory is written as far as it is memory")
    func runstateOutside() throws {
        let guest = try hypervisor.makeGuest()
        for address in [0xF_FFF0, 0x10_0000, 0xFFFF_FFF8] as [UInt64] {
            try guest.place(VCPUOperation.RegisterArea(address: address))
            _ = call(guest, .registerRunstateArea, 0, TestGuest.argumentPlace)
            guest.monitor.changeRunstate(of: guest.vcpu, to: .blocked, at: 7000)
        }
        #expect(try guest.read(UInt32.self, at: 0xF_FFF0) == Runstate.blocked.rawValue)
    }

    @Test("a second copy of the time record is written where it is registered")
    func timeArea() throws {
        let guest = try hypervisor.makeGuest()
        try guest.place(VCPUOperation.RegisterArea(address: 0x5_0FF0))
        #expect(call(guest, .registerVCPUTimeArea, 0, TestGuest.argumentPlace) == 0)
        let time = try guest.read(VCPUTimeInfo.self, at: 0x5_0FF0)
        #expect(time.tscToSystemMultiplier == guest.monitor.clock.multiplier)
        #expect(time.version & 1 == 0)
        try guest.place(VCPUOperation.RegisterArea(address: 0))
        #expect(call(guest, .registerVCPUTimeArea, 0, TestGuest.argumentPlace) == 0)
    }

    @Test("a non-maskable interrupt wakes and is injected")
    func sendNMI() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.activity = .blocked
        #expect(call(guest, .sendNMI) == 0)
        #expect(guest.vcpu.activity == .runnable)
        guest.enter()
        #expect(guest.control.deliver() == .nonMaskableInterrupt)
    }
}
