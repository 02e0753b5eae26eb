// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// How an event reaches a virtual CPU: pending bit, mask bit, selector, upcall flag. (Xen public header `event_channel.h`)
struct DomainEventsTests {
    let hypervisor = TestHypervisor()

    private struct Setting {
        let guest: TestGuest
        let port: UInt32

        var info: HostPhysicalAddress { guest.domain.sharedInfo.frame.address }
        var layout: SharedInfoLayout { guest.domain.sharedInfo.layout }

        var upcall: UInt8 {
            get { PhysicalMemory.read(UInt8.self, at: info) }
            nonmutating set { PhysicalMemory.write(newValue, at: info) }
        }

        /// The selector: a bit for each word of pending bits.
        var selector: UInt64 {
            let place = info.advanced(by: UInt64(layout.vcpu.pendingSelector))
            return layout.wordSize == 8
                ? PhysicalMemory.read(UInt64.self, at: place) : UInt64(PhysicalMemory.read(UInt32.self, at: place))
        }

        func mask(_ isMasked: Bool) {
            let place = info.advanced(by: UInt64(layout.eventMask) + UInt64(port / 32) * 4)
            PhysicalMemory.write(isMasked ? UInt32(1) << (port % 32) : 0, at: place)
        }

        var isPending: Bool { guest.domain.sharedInfo.isPending(port) }
    }

    /// A domain of a word size, in which the given port is one of its own.
    private func makeSetting(port: UInt32, is64Bit: Bool = true) throws -> Setting {
        let guest = try hypervisor.makeGuest()
        if !is64Bit { guest.domain.sharedInfo.use(.bits32, clock: guest.monitor.clock) }
        while try guest.domain.openEventChannel(.interprocessor(vcpu: 0)) < port {}
        return Setting(guest: guest, port: port)
    }

    @Test("an event sets pending bit, selector bit and upcall flag of a 64-bit domain", arguments: [3, 63, 64, 200])
    func raise64(port: UInt32) throws {
        let setting = try makeSetting(port: port)
        setting.guest.domain.raiseEvent(port)
        #expect(setting.isPending)
        #expect(setting.selector == 1 << UInt64(port / 64))
        #expect(setting.upcall == 1)
        #expect(setting.guest.vcpu.isUpcallPending)
    }

    @Test("the selector of a 32-bit domain has a bit for 32 ports, behind the flags", arguments: [3, 31, 32, 200])
    func raise32(port: UInt32) throws {
        let setting = try makeSetting(port: port, is64Bit: false)
        setting.guest.domain.raiseEvent(port)
        #expect(setting.isPending)
        #expect(setting.selector == 1 << UInt64(port / 32))
        #expect(setting.upcall == 1)
    }

    @Test("a masked event is pending, and nobody is told")
    func masked() throws {
        let setting = try makeSetting(port: 5)
        setting.mask(true)
        setting.guest.domain.raiseEvent(5)
        #expect(setting.isPending)
        #expect(setting.selector == 0)
        #expect(setting.upcall == 0)
    }

    @Test("unmasking tells of the event that came in between, and only then")
    func unmask() throws {
        let setting = try makeSetting(port: 5)
        setting.mask(true)
        setting.guest.domain.unmaskEvent(5)
        #expect(setting.upcall == 0)
        setting.mask(true)
        setting.guest.domain.raiseEvent(5)
        setting.guest.domain.unmaskEvent(5)
        #expect(setting.upcall == 1)
        #expect(setting.selector == 1)
        setting.upcall = 0
        setting.guest.domain.unmaskEvent(5)  // it was not masked
        #expect(setting.upcall == 0)
    }

    @Test("an event that is pending already is not announced again")
    func once() throws {
        let setting = try makeSetting(port: 5)
        setting.guest.domain.raiseEvent(5)
        setting.upcall = 0
        setting.guest.domain.raiseEvent(5)
        #expect(setting.upcall == 0)
    }

    @Test("an event wakes a virtual CPU that is blocked, and takes none from its rest that is off")
    func wakes() throws {
        let setting = try makeSetting(port: 5)
        setting.guest.vcpu.activity = .blocked
        setting.guest.domain.raiseEvent(5)
        #expect(setting.guest.vcpu.activity == .runnable)
        let other = try hypervisor.makeGuest(2, vcpuCount: 2)
        _ = try other.domain.openEventChannel(.interprocessor(vcpu: 1))
        other.domain.raiseEvent(3)
        #expect(other.domain.vcpus[1].activity == .offline)
        #expect(other.domain.vcpus[1].isUpcallPending)
        #expect(!other.vcpu.isUpcallPending)
    }

    @Test("an event on a closed or absent port changes nothing", arguments: [0, 6, 4095, 4096, UInt32.max])
    func closedPort(port: UInt32) throws {
        let setting = try makeSetting(port: 5)
        setting.guest.domain.raiseEvent(port)
        setting.guest.domain.unmaskEvent(port)
        #expect(setting.upcall == 0)
        let pending = UInt64(setting.layout.eventPending)
        for offset in UInt64(0)..<128 {
            #expect(PhysicalMemory.read(UInt64.self, at: setting.info.advanced(by: pending + offset * 8)) == 0)
        }
    }

    @Test("ports for which a narrower layout has no bits are not raised after the change of layout")
    func portsBeyondLayout() throws {
        let setting = try makeSetting(port: 1100)
        setting.guest.domain.sharedInfo.use(.bits32, clock: setting.guest.monitor.clock)
        let before = (0..<512).map { PhysicalMemory.read(UInt64.self, at: setting.info.advanced(by: UInt64($0) * 8)) }
        setting.guest.domain.raiseEvent(1100)
        setting.guest.domain.unmaskEvent(1100)
        setting.guest.domain.sharedInfo.clearPending(1100)
        let after = (0..<512).map { PhysicalMemory.read(UInt64.self, at: setting.info.advanced(by: UInt64($0) * 8)) }
        #expect(before == after)
    }

    @Test(
        "a virtual CPU whose structure moves keeps its content, and is told to look at everything",
        arguments: [true, false])
    func moveInfo(is64Bit: Bool) throws {
        let setting = try makeSetting(port: 5, is64Bit: is64Bit)
        let vcpu = setting.guest.vcpu
        PhysicalMemory.write(UInt64(0xABCD), at: setting.info.advanced(by: 24))
        let frame = try hypervisor.arena.takeZeroedFrame()
        vcpu.moveInfo(to: frame.address.advanced(by: 64), clock: setting.guest.monitor.clock)
        let place = frame.address.advanced(by: 64)
        #expect(PhysicalMemory.read(UInt64.self, at: place.advanced(by: 24)) == 0xABCD)
        #expect(PhysicalMemory.read(UInt8.self, at: place) == 1)
        let selector = place.advanced(by: is64Bit ? 8 : 4)
        if is64Bit {
            #expect(PhysicalMemory.read(UInt64.self, at: selector) == .max)
        } else {
            #expect(PhysicalMemory.read(UInt32.self, at: selector) == .max)
            #expect(PhysicalMemory.read(UInt32.self, at: selector.advanced(by: 4)) == 0)
        }
        setting.guest.domain.raiseEvent(5)
        #expect(setting.upcall == 0)  // the old place is no longer used
        let time = PhysicalMemory.read(VCPUTimeInfo.self, at: place.advanced(by: 32))
        #expect(time.tscToSystemMultiplier == setting.guest.monitor.clock.multiplier)
        #expect(time.version & 1 == 0 && time.version > 0)
    }

    @Test("the time of a virtual CPU is valid from the start")
    func timeIsValid() throws {
        let setting = try makeSetting(port: 5)
        let time = PhysicalMemory.read(VCPUTimeInfo.self, at: setting.info.advanced(by: 32))
        #expect(time.version == 2)
        #expect(time.tscToSystemMultiplier >= 1 << 31)
        #expect(time.tscTimestamp == setting.guest.monitor.clock.start)
    }
}
