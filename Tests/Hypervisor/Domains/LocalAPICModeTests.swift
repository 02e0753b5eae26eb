// SPDX-License-Identifier: MIT
import Testing

@testable import Hypervisor

/// The ways between the modes of a local APIC. (Intel SDM vol. 3A figure 11-27)
struct LocalAPICModeTests {
    private static let off: UInt64 = 0xFEE0_0100
    private static let xAPIC: UInt64 = 0xFEE0_0900
    private static let x2APIC: UInt64 = 0xFEE0_0D00
    private static let extendedOnly: UInt64 = 0xFEE0_0500

    private func reach(_ mode: UInt64) throws -> VirtualLocalAPIC {
        var apic = VirtualLocalAPIC(identifier: 0)
        if mode != LocalAPICModeTests.xAPIC { try apic.setBase(mode) }
        return apic
    }

    @Test(
        "some ways there are",
        arguments: [
            (xAPIC, xAPIC, .xAPIC), (xAPIC, x2APIC, .x2APIC), (xAPIC, off, .disabled), (x2APIC, x2APIC, .x2APIC),
            (x2APIC, off, .disabled), (off, off, .disabled), (off, xAPIC, .xAPIC),
        ] as [(UInt64, UInt64, VirtualLocalAPIC.Mode)])
    func allowed(from: UInt64, to: UInt64, mode: VirtualLocalAPIC.Mode) throws {
        var apic = try reach(from)
        try apic.setBase(to)
        #expect(apic.base == to)
        #expect(apic.mode == mode)
    }

    @Test(
        "and others there are not",
        arguments: [
            (x2APIC, xAPIC), (off, x2APIC), (xAPIC, extendedOnly), (x2APIC, extendedOnly), (off, extendedOnly),
            (xAPIC, xAPIC | 1), (xAPIC, xAPIC | 1 << 9), (xAPIC, xAPIC | 1 << 60),
            (xAPIC, 0xFED0_0900), (xAPIC, 0x900), (xAPIC, xAPIC | 1 << 32),
        ] as [(UInt64, UInt64)])
    func refused(from: UInt64, to: UInt64) throws {
        var apic = try reach(from)
        #expect(throws: GuestFault.generalProtection) { try apic.setBase(to) }
        #expect(apic.base == from)
    }

    @Test("coming from off, all is as after a reset but for the base; on the other ways all is kept")
    func reset() throws {
        var apic = VirtualLocalAPIC(identifier: 4)
        apic.setSpurious(0x1FF)
        apic.accept(0x50)
        try apic.setBase(0xFEE0_0C00)
        #expect(apic.deliverable == 0x50)
        try apic.setBase(0xFEE0_0000)
        #expect(apic.deliverable == nil)
        apic.accept(0x60)
        try apic.setBase(0xFEE0_0800)
        #expect(!apic.hasRequest && apic.spurious == 0xFF && apic.identifier == 4)
    }
}
