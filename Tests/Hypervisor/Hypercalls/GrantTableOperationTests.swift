// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct GrantTableOperationTests {
    let hypervisor = TestHypervisor()

    private func call<Structure: GuestStructure>(
        _ guest: TestGuest, _ operation: GrantTableOperation, _ structure: inout Structure, count: UInt64 = 1
    ) throws -> Int64 {
        try guest.place(structure)
        let result = guest.call(.grantTableOperation, UInt64(operation.rawValue), TestGuest.argumentPlace, count)
        structure = try guest.fetch(Structure.self)
        return result
    }

    @Test("the size of the table is told, and grows with its use")
    func querySize() throws {
        let guest = try hypervisor.makeGuest()
        var arguments = GrantTableOperation.QuerySize(domain: .caller)
        #expect(try call(guest, .querySize, &arguments) == 0)
        #expect(arguments.status == GrantStatus.okay.rawValue)
        #expect(arguments.frameCount == 1)
        #expect(arguments.maximumFrameCount == 64)
        var setup = GrantTableOperation.SetupTable(domain: .caller, frameCount: 4, frameList: TestGuest.arrayPlace)
        #expect(try call(guest, .setupTable, &setup) == 0)
        #expect(setup.status == GrantStatus.okay.rawValue)
        #expect(try call(guest, .querySize, &arguments) == 0)
        #expect(arguments.frameCount == 4)
    }

    @Test(
        "the places of the frames are told in the caller's word size, all ones for those that have none",
        arguments: [true, false])
    func setupTable(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        let map = MemoryOperation.AddToPhysicalMap(
            domain: .caller, space: PhysicalMapSpace.grantTable.rawValue, index: 1, guestFrame: 0x9_0000)
        #expect(try guest.call(.memoryOperation, MemoryOperation.addToPhysicalMap.rawValue, map) == 0)
        var setup = GrantTableOperation.SetupTable(domain: .caller, frameCount: 2, frameList: TestGuest.arrayPlace)
        #expect(try call(guest, .setupTable, &setup) == 0)
        if is64Bit {
            #expect(try guest.read(UInt64.self, at: 0x5_0000) == .max)
            #expect(try guest.read(UInt64.self, at: 0x5_0008) == 0x9_0000)
        } else {
            #expect(try guest.read(UInt32.self, at: 0x5_0000) == .max)
            #expect(try guest.read(UInt32.self, at: 0x5_0004) == 0x9_0000)
        }
    }

    @Test(
        "another domain's table is refused in the status",
        arguments: [(2, .permissionDenied), (9, .badDomain)] as [(UInt16, GrantStatus)])
    func otherDomain(domain: UInt16, status: GrantStatus) throws {
        let guest = try hypervisor.makeGuest()
        _ = try hypervisor.makeGuest(2)
        var query = GrantTableOperation.QuerySize(domain: DomainIdentifier(rawValue: domain))
        #expect(try call(guest, .querySize, &query) == 0)
        #expect(query.status == status.rawValue)
        var setup = GrantTableOperation.SetupTable(
            domain: DomainIdentifier(rawValue: domain), frameCount: 1, frameList: TestGuest.arrayPlace)
        #expect(try call(guest, .setupTable, &setup) == 0)
        #expect(setup.status == status.rawValue)
    }

    @Test("absurd counts are refused before anything is read")
    func counts() throws {
        let guest = try hypervisor.makeGuest()
        for operation in [GrantTableOperation.setupTable, .querySize] {
            for count in [0, 2, 0x8000_0000, 0xFFFF_FFFF] as [UInt64] {
                let result = guest.call(.grantTableOperation, UInt64(operation.rawValue), 0x10_0000, count)
                #expect(result == -22)
            }
        }
        var setup = GrantTableOperation.SetupTable(domain: .caller, frameCount: .max, frameList: TestGuest.arrayPlace)
        _ = try call(guest, .setupTable, &setup)
        #expect(setup.status != GrantStatus.okay.rawValue || guest.result < 0)
        #expect(guest.domain.grantTable.frameCount == 1)
    }

    @Test("version 1 is the only one")
    func versions() throws {
        let guest = try hypervisor.makeGuest()
        for (version, result) in [(1, 0), (2, -38), (0, -22), (3, -22)] as [(UInt32, Int64)] {
            var arguments = GrantTableOperation.SetVersion(version: version)
            #expect(try call(guest, .setVersion, &arguments) == result)
        }
        var get = GrantTableOperation.GetVersion(domain: .caller)
        #expect(try call(guest, .getVersion, &get) == 0)
        #expect(get.version == 1)
    }
}
