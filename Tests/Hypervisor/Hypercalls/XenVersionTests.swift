// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct XenVersionTests {
    let hypervisor = TestHypervisor()

    private func call(
        _ guest: TestGuest, _ operation: XenVersionOperation, at address: UInt64 = TestGuest.argumentPlace
    ) -> Int64 {
        guest.call(.xenVersion, UInt64(operation.rawValue), address)
    }

    @Test("the version is that of Xen 4.17, and needs no memory")
    func version() throws {
        let guest = try hypervisor.makeGuest()
        #expect(call(guest, .version, at: .max) == 4 << 16 | 17)
        #expect(call(guest, .pageSize, at: 0) == 4096)
        #expect(call(guest, .pageSize) == -22)
    }

    @Test(
        "a text fills its array with zeros behind it, and nothing beyond",
        arguments: [
            (XenVersionOperation.extraVersion, 16), (.capabilities, 1024), (.changeSet, 64), (.commandLine, 1024),
        ])
    func texts(operation: XenVersionOperation, length: Int) throws {
        let guest = try hypervisor.makeGuest()
        let place = TestGuest.argumentPlace - 8  // across a page boundary
        try guest.write([UInt8](repeating: 0xEE, count: length + 16), at: place - 8)
        #expect(call(guest, operation, at: place) == 0)
        let bytes = try guest.bytes(at: place - 8, count: length + 16)
        #expect(bytes.prefix(8).allSatisfy { $0 == 0xEE })
        #expect(bytes.suffix(8).allSatisfy { $0 == 0xEE })
        let text = bytes.dropFirst(8).prefix(length)
        let used = text.prefix { $0 != 0 }
        #expect(used.count < length)
        #expect(used.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        #expect(text.dropFirst(used.count).allSatisfy { $0 == 0 })
    }

    @Test("how it was compiled is 144 bytes, without what was there before")
    func compileInformation() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write([UInt8](repeating: 0xEE, count: 145), at: 0x4_0000)
        #expect(call(guest, .compileInformation) == 0)
        let bytes = try guest.bytes(at: 0x4_0000, count: 145)
        #expect(!bytes.prefix(144).contains(0xEE))
        #expect(bytes[144] == 0xEE)
        #expect(bytes[0] != 0)
    }

    @Test("the features are those of an auto-translated guest with an event callback and a clock")
    func features() throws {
        let guest = try hypervisor.makeGuest()
        var query = XenVersionOperation.Features(submap: 0)
        #expect(try guest.call(.xenVersion, XenVersionOperation.getFeatures.rawValue, &query) == 0)
        #expect(query.features == 0x0001_0305)
        query.submap = 1
        #expect(try guest.call(.xenVersion, XenVersionOperation.getFeatures.rawValue, &query) == -22)
    }

    @Test("the handle is the domain's UUID")
    func handle() throws {
        let guest = try hypervisor.makeGuest()
        #expect(call(guest, .guestHandle) == 0)
        #expect(try guest.bytes(at: 0x4_0000, count: 16) == (0x40..<0x50).map { UInt8($0) })
    }

    @Test(
        "memory that the guest does not have is a bad address",
        arguments: [
            XenVersionOperation.extraVersion, .compileInformation, .capabilities, .changeSet, .platformParameters,
            .getFeatures,
            .guestHandle, .commandLine,
        ])
    func badAddress(operation: XenVersionOperation) throws {
        let guest = try hypervisor.makeGuest()
        #expect(call(guest, operation, at: 0x10_0000) == -14)
        #expect(call(guest, operation, at: 0xF_FFFC) == -14)
    }

    @Test("the platform parameters are a word of the caller's")
    func platformParameters() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = false
        try guest.write(UInt64.max, at: 0x4_0000)
        #expect(call(guest, .platformParameters) == 0)
        #expect(try guest.read(UInt64.self, at: 0x4_0000) == 0xFFFF_FFFF_0000_0000)
    }

    @Test("the build identifier is not an ordinary domain's to know")
    func buildIdentifier() throws {
        let guest = try hypervisor.makeGuest()
        #expect(call(guest, .buildIdentifier) < 0)
    }
}
