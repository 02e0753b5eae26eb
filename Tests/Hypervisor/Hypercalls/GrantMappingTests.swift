// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// Frames that one domain grants and another maps, in whatever order the two change their minds or end.
struct GrantMappingTests {
    let hypervisor = TestHypervisor()

    private func pair() throws -> (owner: TestGuest, user: TestGuest) {
        let (owner, user) = (try hypervisor.makeGuest(1), try hypervisor.makeGuest(2))
        try owner.write(UInt64(0x1234), at: 0x8_0000)
        owner.grant(9, frame: 0x80, to: user.identifier)
        return (owner, user)
    }

    @Test("a mapped frame is the owner's, and in use until it is unmapped")
    func mapAndUnmap() throws {
        let (owner, user) = try pair()
        let (status, handle) = try user.map(9, of: owner.identifier)
        #expect(status == .okay)
        #expect(try user.read(UInt64.self, at: TestGuest.mappingPlace) == 0x1234)
        try user.write(UInt64(0x5678), at: TestGuest.mappingPlace)
        #expect(try owner.read(UInt64.self, at: 0x8_0000) == 0x5678)
        #expect(try owner.flags(of: 9) == [.permitAccess, .reading, .writing])
        #expect(try user.unmap(handle) == .okay)
        #expect(try owner.flags(of: 9) == .permitAccess)
        #expect(user.domain.physicalMap.lookup(GuestPhysicalAddress(TestGuest.mappingPlace).frame)?.use == nil)
        #expect(try user.unmap(handle) == .badHandle)
    }

    @Test("the control domain has granted nothing, other domains that there are not are bad")
    func absentDomains() throws {
        let (_, user) = try pair()
        #expect(try user.map(9, of: .control).status == .generalError)
        #expect(try user.map(511, of: .control).status == .generalError)
        #expect(try user.map(512, of: .control).status == .badReference)
        #expect(try user.map(9, of: DomainIdentifier(rawValue: 77)).status == .badDomain)
    }

    @Test("what a guest writes to a mapping for reading only is lost, and the hypervisor does not write for it")
    func readOnly() throws {
        let (owner, user) = try pair()
        let (status, handle) = try user.map(9, of: owner.identifier, [.host, .readOnly])
        #expect(status == .okay)
        #expect(throws: XenError.badAddress) { try user.write(UInt64(1), at: TestGuest.mappingPlace) }
        let free = hypervisor.arena.allocator.freeCount
        user.vcpu.registers.rbx = TestGuest.mappingPlace
        try user.emulate([0x48, 0x89, 0x03], touching: TestGuest.mappingPlace)  // mov [rbx], rax
        #expect(user.control.instructionPointer == TestGuest.codePlace + 3)
        #expect(user.domain.end == nil)
        #expect(try user.read(UInt64.self, at: TestGuest.mappingPlace) == 0x1234)
        #expect(try owner.read(UInt64.self, at: 0x8_0000) == 0x1234)
        #expect(hypervisor.arena.allocator.freeCount == free)
        #expect(try user.unmap(handle) == .okay)
    }

    @Test("only the domain that is named maps, and what it maps it does not grant again")
    func foreigners() throws {
        let (owner, user) = try pair()
        let third = try hypervisor.makeGuest(3)
        #expect(try third.map(9, of: owner.identifier).status == .generalError)
        #expect(try user.map(9, of: owner.identifier).status == .okay)
        #expect(try third.map(9, of: owner.identifier).status == .generalError)
        user.grant(10, frame: UInt32(TestGuest.mappingPlace >> 12), to: third.identifier)
        #expect(try third.map(10, of: user.identifier).status == .badPage)
        #expect(try user.flags(of: 10) == .permitAccess)
    }

    @Test("a frame that its owner gives back is free only when the last mapping has ended")
    func ownerGivesBack() throws {
        let (owner, user) = try pair()
        let (_, first) = try user.map(9, of: owner.identifier)
        let (_, second) = try user.map(9, of: owner.identifier, at: TestGuest.mappingPlace + 4096)
        let free = hypervisor.arena.allocator.freeCount
        #expect(try owner.giveBack(0x80) == 1)
        #expect(hypervisor.arena.allocator.freeCount == free)
        #expect(try user.read(UInt64.self, at: TestGuest.mappingPlace) == 0x1234)
        #expect(try user.unmap(first) == .okay)
        #expect(hypervisor.arena.allocator.freeCount == free)
        #expect(try user.unmap(second, at: TestGuest.mappingPlace + 4096) == .okay)
        #expect(hypervisor.arena.allocator.freeCount > free)
    }

    @Test("a frame that is in use still counts as its owner's, who gets no other for it before")
    func orphansAreCharged() throws {
        let (owner, user) = try pair()
        let (_, handle) = try user.map(9, of: owner.identifier)
        let limit = owner.domain.maximumFrameCount
        #expect(owner.domain.physicalMap.chargedFrameCount == limit)
        #expect(try owner.giveBack(0x80) == 1)
        #expect(try owner.giveBack(0x81) == 1)
        #expect(owner.domain.physicalMap.chargedFrameCount == limit - 1)
        #expect(try owner.take(0x80) == 1)
        #expect(try owner.take(0x81) == 0)
        #expect(try user.unmap(handle) == .okay)
        #expect(owner.domain.physicalMap.chargedFrameCount == limit - 1)
        #expect(try owner.take(0x81) == 1)
    }

    @Test("a mapping for which no table can be had leaves what was there, and counts as no use")
    func failingMapChangesNothing() throws {
        let (owner, user) = try pair()
        let (status, handle) = try user.map(9, of: owner.identifier, at: 0x2_0000)
        #expect(status == .okay)
        #expect(try user.unmap(handle, at: 0x2_0000) == .okay)
        try user.write(UInt64(0x5678), at: 0x3_0000)
        hypervisor.arena.leaveFree(0)
        #expect(try user.map(9, of: owner.identifier).status == .generalError)
        #expect(try owner.flags(of: 9) == .permitAccess)
        #expect(user.domain.grantTable.mappings[handle]?.isActive == nil)
        #expect(try user.map(9, of: owner.identifier, at: 0x3_0000).status == .okay)
        #expect(try user.read(UInt64.self, at: 0x3_0000) == 0x1234)
    }

    @Test("a frame whose owner ends is free only when the last mapping has ended", arguments: [true, false])
    func ownerEnds(unmapsFirst: Bool) throws {
        let (owner, user) = try pair()
        let (_, handle) = try user.map(9, of: owner.identifier)
        #expect(try owner.giveBack(0x80) == 1)
        owner.domain.end(.shutdown(.powerOff))
        hypervisor.removeEndedDomains()
        #expect(try user.read(UInt64.self, at: TestGuest.mappingPlace) == 0x1234)
        let free = hypervisor.arena.allocator.freeCount
        if unmapsFirst {
            #expect(try user.unmap(handle) == .okay)
            #expect(try user.unmap(handle) == .badHandle)
        }
        user.domain.end(.shutdown(.powerOff))
        hypervisor.removeEndedDomains()
        #expect(hypervisor.monitor.domains.isEmpty)
        #expect(hypervisor.arena.allocator.freeCount > free)
    }

    @Test("the mappings of a domain that ends are ended")
    func userEnds() throws {
        let (owner, user) = try pair()
        _ = try user.map(9, of: owner.identifier)
        _ = try user.map(9, of: owner.identifier, at: TestGuest.mappingPlace + 4096, [.host, .readOnly])
        user.domain.end(.shutdown(.powerOff))
        hypervisor.removeEndedDomains()
        #expect(try owner.flags(of: 9) == .permitAccess)
        #expect(owner.domain.grantTable.use(of: GrantReference(rawValue: 9)).isActive == false)
    }

    @Test("the handle of a mapping for reading does not end one for writing, which would be left without a handle")
    func handleOfOtherKind() throws {
        let (owner, user) = try pair()
        let (_, writing) = try user.map(9, of: owner.identifier)
        let (_, reading) = try user.map(
            9, of: owner.identifier, at: TestGuest.mappingPlace + 4096, [.host, .readOnly])
        #expect(try user.unmap(reading) == .generalError)
        #expect(try user.unmap(writing, at: TestGuest.mappingPlace + 4096) == .generalError)
        #expect(try user.unmap(reading, at: TestGuest.mappingPlace + 4096) == .okay)
        #expect(try user.unmap(writing) == .okay)
    }

    @Test("a mapping is not memory: it is neither given back, nor moved, nor replaced")
    func notMemory() throws {
        let (owner, user) = try pair()
        let (_, handle) = try user.map(9, of: owner.identifier)
        let frame = TestGuest.mappingPlace >> 12
        #expect(try user.giveBack(frame) == 0)
        for (space, index, place, result) in [(0, 0, frame, -6), (2, frame, 0x30, -22)]
            as [(UInt32, UInt64, UInt64, Int64)]
        {
            let arguments = MemoryOperation.AddToPhysicalMap(
                domain: .caller, space: space, index: index, guestFrame: place)
            #expect(try user.call(.memoryOperation, MemoryOperation.addToPhysicalMap.rawValue, arguments) == result)
        }
        let removal = MemoryOperation.RemoveFromPhysicalMap(domain: .caller, guestFrame: frame)
        #expect(try user.call(.memoryOperation, MemoryOperation.removeFromPhysicalMap.rawValue, removal) == -2)
        #expect(try user.map(9, of: owner.identifier).status == .generalError)
        #expect(try user.unmap(handle) == .okay)
    }

    @Test("what is at the place of a mapping goes")
    func replaces() throws {
        let (owner, user) = try pair()
        let frames = user.domain.physicalMap.ramFrameCount
        let (status, handle) = try user.map(9, of: owner.identifier, at: 0x9_0000)
        #expect(status == .okay)
        #expect(user.domain.physicalMap.ramFrameCount == frames - 1)
        #expect(try user.unmap(handle, at: 0x9_0000) == .okay)
        #expect(user.domain.physicalMap.lookup(GuestFrame(0x90))?.use == nil)
    }

    @Test(
        "entries that name impossible frames are bad pages", arguments: [0x8_0000, 0xFFFF_FFFF, 0x1_0000] as [UInt32])
    func impossibleFrames(frame: UInt32) throws {
        let (owner, user) = try pair()
        owner.grant(9, frame: frame, to: user.identifier)
        #expect(try user.map(9, of: owner.identifier).status == .badPage)
        #expect(try owner.flags(of: 9) == .permitAccess)
    }

    @Test(
        "without memory for its notes nothing is mapped, and nothing stays marked", arguments: [0, 1, 2, 3] as [UInt64])
    func exhausted(free: UInt64) throws {
        let (owner, user) = try pair()
        hypervisor.arena.leaveFree(free)
        let (status, _) = try user.map(9, of: owner.identifier)
        #expect(status != .okay)
        #expect(try owner.flags(of: 9) == .permitAccess)
        #expect(owner.domain.grantTable.use(of: GrantReference(rawValue: 9)).isActive == false)
    }

    @Test("a long list of elements is interrupted and gets to its end", arguments: [true, false])
    func longList(is64Bit: Bool) throws {
        let (owner, user) = try pair()
        user.control.isIn64BitCode = is64Bit
        owner.grant(9, .readOnly.union(.permitAccess), frame: 0x80, to: user.identifier)
        for index in 0..<100 as Range<UInt64> {
            let element = GrantTableOperation.Copy(
                source: GrantTableOperation.CopyPointer(target: 9, domain: owner.identifier, offset: 0),
                destination: GrantTableOperation.CopyPointer(
                    target: 0x90, domain: .caller, offset: UInt16(index * 8)),
                length: 8, flags: GrantCopyFlags.sourceIsReference.rawValue)
            try user.place(element, at: TestGuest.arrayPlace + index * (is64Bit ? 40 : 24))
        }
        let start = user.control.instructionPointer
        _ = user.call(.grantTableOperation, 5, TestGuest.arrayPlace, 100)
        #expect(user.control.instructionPointer == start)
        while user.control.instructionPointer == start { user.exit(.hypercall) }
        #expect(user.result == 0)
        for index in 0..<100 as Range<UInt64> {
            #expect(try user.read(UInt64.self, at: 0x9_0000 + index * 8) == 0x1234)
        }
        #expect(try owner.flags(of: 9) == [.permitAccess, .readOnly])
    }
}
