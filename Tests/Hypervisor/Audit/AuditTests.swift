// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// What an audit finds in books that agree, and when it is made.
@Suite("Audit")
struct AuditTests {
    private let hypervisor = TestHypervisor(memory: 32 << 20)

    private func audit() throws -> Audit { try #require(hypervisor.cpu.makeAudit()) }

    @Test("a machine without domains is free, but for the hypervisor's own")
    func empty() throws {
        hypervisor.monitor.prepareAudits(from: hypervisor.arena.firstFrame)
        let audit = try audit()
        #expect(audit.isGood)
        #expect(audit.frameCounts[Int(FrameOwner.nobody.rawValue)] == hypervisor.arena.allocator.freeCount)
    }

    @Test("domains that use all that there is leave the books in order")
    func busy() throws {
        let (owner, user) = try AuditScene(hypervisor).guests()
        let audit = try audit()
        #expect(audit.complaints == [])
        #expect(audit.grantMappingCount == 2)
        #expect(audit.frameCounts[Int(FrameOwner.ram.rawValue)] == owner.frameCount + user.frameCount)
        #expect(audit.frameCounts[Int(FrameOwner.orphan.rawValue)] == 1)
        #expect(audit.holdCount > 4)
    }

    @Test("when a domain ends nothing of it is left", arguments: [0, 1])
    func domainEnds(which: Int) throws {
        _ = try AuditScene(hypervisor).guests()
        for index in [which, 0] {
            hypervisor.monitor.domains[index].end(.shutdown(.powerOff))
            hypervisor.removeEndedDomains()
            #expect(try audit().complaints == [])
        }
        let after = try audit()
        for owner in [.ram, .nestedTable, .domainPage, .controlBlock, .orphan] as [FrameOwner] {
            #expect(after.frameCounts[Int(owner.rawValue)] == 0)
        }
    }

    @Test("the loader's memory is free once it has been given up")
    func loaderMemory() throws {
        let first = try #require(hypervisor.arena.allocator.takeFrames(4))
        hypervisor.monitor.prepareAudits(from: hypervisor.arena.firstFrame)
        hypervisor.arena.allocator.release(from: first, to: first.advanced(by: 4))
        #expect(try audit().complaints == Array(repeating: .freeHasNoOwner, count: 4))
        hypervisor.monitor.release(from: first, to: first.advanced(by: 4))
        #expect(try audit().complaints == [])
    }

    @Test("audits are made when the option says so")
    func schedule() {
        var state = AuditState(.whenDomainsEnd)
        let isDue = state.takeTurn(endedCount: 1, hasDomains: false, now: 0)
        #expect(!isDue, "there is no book")
        hypervisor.monitor.prepareAudits(from: hypervisor.arena.firstFrame)
        let ledger = hypervisor.monitor.auditState.ledger
        func turns(_ schedule: AuditSchedule) -> [Bool] {
            var state = AuditState(schedule)
            state.ledger = ledger
            return [(0, 2, 1), (0, 2, 6), (1, 1, 7), (1, 1, 8), (2, 0, 9)].map {
                state.takeTurn(endedCount: $0, hasDomains: $1 > 0, now: UInt64($2))
            }
        }
        #expect(turns(.never) == [false, false, false, false, false])
        #expect(turns(.atEnd) == [false, false, false, false, true])
        #expect(turns(.whenDomainsEnd) == [false, false, true, false, true])
        #expect(turns(.every(5)) == [true, true, true, false, true])
    }

    @Test("a mistake in the books ends the run")
    func endsRun() throws {
        hypervisor.monitor.prepareAudits(from: hypervisor.arena.firstFrame)
        _ = try hypervisor.makeGuest()
        _ = hypervisor.arena.allocator.takeFrame()
        hypervisor.cpu.run()
        #expect(hypervisor.monitor.outcome.hasFailedAudit)
    }
}
