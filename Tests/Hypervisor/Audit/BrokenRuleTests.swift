// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// Each rule of the audit is broken on purpose, and must be found.
@Suite("Broken rules of the audit")
struct BrokenRuleTests {
    private let hypervisor = TestHypervisor(memory: 32 << 20)
    private let owner: TestGuest
    private let user: TestGuest

    init() throws {
        (owner, user) = try AuditScene(hypervisor).guests()
    }

    private var allocator: FrameAllocator { hypervisor.arena.allocator }

    private func frame(_ number: UInt64) throws -> HostFrame {
        try #require(owner.mapping(at: GuestFrame(number))).frame
    }

    /// The rules that are broken now.
    private func broken() throws -> [AuditRule] { try #require(hypervisor.cpu.makeAudit()).complaints }

    @Test("a frame that is mapped as memory twice has two owners")
    func twoOwners() throws {
        try owner.domain.physicalMap.map(GuestFrame(0x8_0000), to: try frame(0x20), use: .ram)
        #expect(try broken() == [.oneOwner, .memoryLimit])
    }

    @Test("memory of one domain that is another's memory as well has two owners")
    func foreignMemory() throws {
        try user.domain.physicalMap.map(GuestFrame(0x8_0000), to: try frame(0x20), use: .ram)
        #expect(try broken() == [.oneOwner, .memoryLimit])
    }

    @Test("a free frame that is mapped as memory")
    func freeAndOwned() throws {
        allocator.free(try frame(0x20))
        #expect(try broken() == [.freeHasNoOwner])
    }

    @Test("a frame that nobody gives back")
    func leak() throws {
        _ = allocator.takeFrame()
        #expect(try broken() == [.usedHasOwner])
    }

    @Test("a mapping to a frame beyond the machine")
    func beyondMachine() throws {
        let beyond = HostFrame(allocator.frameLimit + 5)
        try owner.domain.physicalMap.map(GuestFrame(0x8_0000), to: beyond, use: .ram)
        #expect(try broken() == [.withinMachine, .memoryLimit])
    }

    @Test("a wrong count of a domain's memory, and more memory than it may have")
    func memoryCount() throws {
        owner.domain.physicalMap.ramFrameCount += 1
        #expect(try broken() == [.memoryCount])
        owner.domain.physicalMap.ramFrameCount -= 1
        for number in 0..<8 as Range<UInt64> {
            try hypervisor.monitor.addMemory(to: owner.domain, at: GuestFrame(0x8_0000 + number))
        }
        #expect(try broken() == [.memoryLimit])
    }

    @Test("a translation that was kept though the map has changed")
    func keptTranslation() throws {
        owner.domain.physicalMap.recent.keep(try frame(0x21), for: GuestFrame(0x20), isWritable: true)
        #expect(try broken() == [.keptIsMapped])
        owner.domain.physicalMap.recent.keep(try frame(0x20), for: GuestFrame(0x20), isWritable: false)
        #expect(try broken() == [.keptIsMapped])
    }

    @Test("a wrong count of nested page tables")
    func tableCount() throws {
        owner.domain.physicalMap.tableCount -= 1
        #expect(try broken() == [.tableCount])
    }

    @Test("an entry without a use, and a table without entries")
    func entryWithoutReason() throws {
        let place = GuestFrame(0x8_0000)
        try owner.domain.physicalMap.map(place, to: owner.domain.sharedInfo.frame, use: .special)
        let entry = owner.nestedEntry(of: place)
        PhysicalMemory.write(PhysicalMemory.read(UInt64.self, at: entry) & ~(7 << 52), at: entry)
        #expect(try broken() == [.mappingHasReason])
        PhysicalMemory.write(UInt64(0), at: entry)
        #expect(try broken() == [.tableHasEntries])
    }

    @Test("a special page that is another domain's, or memory")
    func specialPage() throws {
        try owner.domain.physicalMap.map(
            GuestFrame(0x8_0000), to: user.domain.sharedInfo.frame, use: .special)
        #expect(try broken() == [.specialIsOwn])
    }

    @Test("special pages that are not where they are noted")
    func placement() throws {
        owner.domain.placement.sharedInfo = GuestFrame(0x20)
        owner.domain.placement.grantFrames[3] = 0x9_0001
        #expect(try broken() == [.specialIsWhereNoted, .specialIsWhereNoted])
    }

    @Test("a mapping of a grant that has no handle")
    func mappingWithoutHandle() throws {
        try user.domain.physicalMap.map(GuestFrame(0x8_0000), to: try frame(0x20), use: .grant)
        #expect(try broken() == [.handleHasMapping])
    }

    @Test("a handle that has no mapping")
    func handleWithoutMapping() throws {
        try user.domain.physicalMap.unmap(GuestPhysicalAddress(TestGuest.mappingPlace).frame)
        #expect(try broken() == [.handleHasMapping])
    }

    @Test("a mapping that allows more than its handle")
    func mappingTooWritable() throws {
        let place = GuestPhysicalAddress(TestGuest.mappingPlace + 4096).frame
        let target = try #require(user.mapping(at: place)).frame
        try user.domain.physicalMap.unmap(place)
        try user.domain.physicalMap.map(place, to: target, use: .grant)
        #expect(try broken() == [.handleHasMapping, .handleHasMapping])
    }

    @Test("a grant that is noted as used too often, too seldom, or by somebody else")
    func uses() throws {
        let reference = GrantReference(rawValue: AuditScene.reference)
        let right = owner.domain.grantTable.use(of: reference)
        var wrong = right
        wrong.readers += 1
        _ = owner.domain.grantTable.note(wrong, of: reference)
        #expect(try broken() == [.useHasMapping, .holdHasUser])
        wrong = right
        wrong.user = .idle
        _ = owner.domain.grantTable.note(wrong, of: reference)
        #expect(try broken().allSatisfy { $0 == .useHasMapping })
        #expect(try !broken().isEmpty)
    }

    @Test("a frame that is held by more, or by fewer, than use it")
    func holds() throws {
        #expect(allocator.hold(try frame(0x20)))
        #expect(try broken() == [.holdHasUser])
        allocator.letGo(of: try frame(0x20))
        allocator.letGo(of: try frame(0x90))
        #expect(try broken() == [.holdHasUser])
    }

    @Test("memory of a domain that is noted as an orphan")
    func orphan() throws {
        let frame = try frame(0x20)
        #expect(allocator.hold(frame))
        allocator.free(frame)
        #expect(try broken() == [.holdHasUser, .orphanIsNobodys])
    }

    @Test("a port whose other end is bound to something else")
    func otherEnd() throws {
        let port = try user.openPort(for: owner.identifier)
        let (_, other) = try owner.bind(to: user.identifier, port: port)
        user.domain.eventChannels.close(port)
        #expect(try broken() == [.channelHasOtherEnd])
        owner.domain.eventChannels.close(other)
        #expect(try broken() == [])
    }

    @Test("a virtual interrupt whose port is closed, and a port whose interrupt is another's")
    func interrupts() throws {
        let port = owner.domain.vcpus[1].virtualInterruptPorts[0]
        owner.domain.vcpus[1].virtualInterruptPorts[0] = 0
        #expect(try broken() == [.interruptHasPort])
        owner.domain.vcpus[1].virtualInterruptPorts[0] = port
        user.domain.physicalInterrupts = 0
        #expect(try broken() == [.interruptHasPort])
    }

    @Test("a virtual CPU that is not scheduled, and one that is no more")
    func scheduler() throws {
        hypervisor.monitor.scheduler.remove(owner.domain)
        #expect(try broken() == [.scheduled])
        hypervisor.monitor.scheduler.add(owner.domain.vcpus[0])
        #expect(try broken() == [.scheduled])
    }
}
