// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct SharedInfoTests {
    let arena = TestArena(bytes: 64 << 10)

    private let clock = Clock(frequency: 1_000_000_000, start: 0, wallClockSeconds: 0x1_2345_6789)

    private final class Holder {
        var info: SharedInfo

        init(_ arena: TestArena) throws(TestArena.MissingFrame) {
            guard let info = SharedInfo(from: arena.allocator) else { throw .init() }
            self.info = info
        }

        func word(_ offset: Int) -> UInt32 {
            PhysicalMemory.read(UInt32.self, at: info.frame.address.advanced(by: UInt64(offset)))
        }

        func setWord(_ offset: Int, _ value: UInt32) {
            PhysicalMemory.write(value, at: info.frame.address.advanced(by: UInt64(offset)))
        }

        func use(_ layout: SharedInfoLayout, _ clock: Clock) { info.use(layout, clock: clock) }
        func setPending(_ port: UInt32) -> Bool { info.setPending(port) }
        func isPending(_ port: UInt32) -> Bool { info.isPending(port) }
        func isMasked(_ port: UInt32) -> Bool { info.isMasked(port) }
        func clearMask(_ port: UInt32) -> Bool { info.clearMask(port) }
        func clearPending(_ port: UInt32) { info.clearPending(port) }
        func vcpuInfo(_ number: UInt32) -> HostPhysicalAddress? { info.vcpuInfo(number) }
    }

    @Test("a page starts with zeros, in the 64-bit layout, with room for 4096 ports")
    func start() throws {
        let holder = try Holder(arena)
        #expect((0..<1024).allSatisfy { holder.word($0 * 4) == 0 })
        #expect(holder.info.layout == .bits64)
        #expect(holder.info.portLimit == 4096)
    }

    @Test("the date lies where each layout has it, and its version is even and not zero", arguments: [true, false])
    func wallClock(is64Bit: Bool) throws {
        let holder = try Holder(arena)
        let places = is64Bit ? (0xC00, 0xC04, 0xC08, 0xC0C) : (0x900, 0x904, 0x908, 0x924)
        holder.use(is64Bit ? .bits64 : .bits32, clock)
        #expect(holder.word(places.0) == 2)
        #expect(holder.word(places.1) == 0x2345_6789)
        #expect(holder.word(places.2) == 0)
        #expect(holder.word(places.3) == 1)
        holder.info.writeWallClock(clock)
        #expect(holder.word(places.0) == 4)
    }

    @Test("a version that the guest has made odd becomes even again")
    func oddVersion() throws {
        let holder = try Holder(arena)
        holder.setWord(0xC00, .max)
        holder.info.writeWallClock(clock)
        #expect(holder.word(0xC00) == 0)
    }

    @Test("a port's bits lie at 0x800 and 0xA00 for 64-bit domains", arguments: [1, 31, 32, 63, 64, 4095] as [UInt32])
    func bits64(port: UInt32) throws {
        let holder = try Holder(arena)
        try checkBits(holder, port: port, pending: 0x800, mask: 0xA00)
    }

    @Test("a port's bits lie at 0x800 and 0x880 for 32-bit domains", arguments: [1, 31, 32, 63, 64, 1023] as [UInt32])
    func bits32(port: UInt32) throws {
        let holder = try Holder(arena)
        holder.use(.bits32, clock)
        #expect(holder.info.portLimit == 1024)
        try checkBits(holder, port: port, pending: 0x800, mask: 0x880)
    }

    private func checkBits(_ holder: Holder, port: UInt32, pending: Int, mask: Int) throws {
        let offset = Int(port / 32) * 4
        let bit: UInt32 = 1 << (port % 32)
        #expect(!holder.setPending(port))
        #expect(holder.setPending(port))
        #expect(holder.isPending(port))
        #expect(holder.word(pending + offset) == bit)
        holder.clearPending(port)
        #expect(!holder.isPending(port))
        holder.setWord(mask + offset, bit)
        #expect(holder.isMasked(port))
        #expect(holder.clearMask(port))
        #expect(!holder.clearMask(port))
        #expect(holder.word(mask + offset) == 0)
    }

    @Test("the first 32 virtual CPUs have their structure here, 64 bytes apart, and no other")
    func vcpuInfo() throws {
        let holder = try Holder(arena)
        let start = holder.info.frame.address
        #expect(holder.vcpuInfo(0) == start)
        #expect(holder.vcpuInfo(31) == start.advanced(by: 31 * 64))
        #expect(holder.vcpuInfo(32) == nil)
        #expect(holder.vcpuInfo(.max) == nil)
    }
}
