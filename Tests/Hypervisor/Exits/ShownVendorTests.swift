// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// The vendor that CPUID tells guests of.
struct ShownVendorTests {
    private func signature(_ guest: TestGuest, leaf: UInt32 = 0) throws -> [UInt32] {
        let result = try guest.cpuid(leaf)
        return [result.ebx, result.edx, result.ecx]
    }

    @Test("is the processor's own where nothing else is asked for")
    func own() throws {
        let guest = try TestHypervisor(vendor: .amd).makeGuest()
        #expect(try signature(guest) == [0x6874_7541, 0x6974_6E65, 0x444D_4163])
        #expect(try signature(guest, leaf: 0x8000_0000) == [0x6874_7541, 0x6974_6E65, 0x444D_4163])
        #expect(guest.monitor.cpuidPolicy.disguise == nil)
    }

    @Test(
        "is another where that is asked for, and the extended leaves, which have a name on AMD only, say nothing else")
    func other() throws {
        let guest = try TestHypervisor(vendor: .amd, shownVendor: .intel).makeGuest()
        #expect(try signature(guest) == [0x756E_6547, 0x4965_6E69, 0x6C65_746E])
        #expect(try signature(guest, leaf: 0x8000_0000) == [0, 0, 0])
        #expect(try guest.cpuid(0).eax == 0xD)
    }

    @Test("to ask for the processor's own changes nothing")
    func same() throws {
        let guest = try TestHypervisor(vendor: .intel, shownVendor: .intel).makeGuest()
        #expect(guest.monitor.cpuidPolicy.disguise == nil)
        #expect(try signature(guest) == [0x756E_6547, 0x4965_6E69, 0x6C65_746E])
    }

    @Test("says which model-specific registers there are")
    func registers() throws {
        let intel = try TestHypervisor(vendor: .amd, shownVendor: .intel).makeGuest()
        #expect(try intel.readMSR(0x1A0) == 0x1801)
        #expect(throws: TestGuest.GeneralProtection.self) { _ = try intel.readMSR(0xC001_0015) }
        let amd = try TestHypervisor(vendor: .amd).makeGuest()
        #expect(try amd.readMSR(0xC001_0015) == 0)
        #expect(throws: TestGuest.GeneralProtection.self) { _ = try amd.readMSR(0x1A0) }
    }
}
