// SPDX-License-Identifier: MIT
import Locking
import Testing

struct HeldLocksTests {
    private func holding(_ ranks: LockRank...) -> HeldLocks {
        var held = HeldLocks()
        for rank in ranks { held.add(rank) }
        return held
    }

    @Test("nothing stands in the way of who holds nothing")
    func nothing() {
        #expect(HeldLocks().highest == nil)
        for rank in LockRank.allCases { #expect(HeldLocks().obstacle(to: rank) == nil) }
    }

    @Test("each pair of ranks: the later one may be taken while the earlier is held, and no other")
    func pairs() {
        for held in LockRank.allCases {
            for wanted in LockRank.allCases {
                let isAllowed = held.rawValue < wanted.rawValue
                #expect(holding(held).obstacle(to: wanted) == (isAllowed ? nil : held))
            }
        }
    }

    @Test("two of one rank are for those who know an order, and a third of a lower one is not")
    func equals() {
        let held = holding(.domain)
        #expect(held.obstacle(to: .domain) == .domain)
        #expect(held.obstacle(to: .domain, besideEqual: true) == nil)
        #expect(holding(.domain, .frames).obstacle(to: .domain, besideEqual: true) == .frames)
    }

    @Test("locks are given up in any order, and what is left counts")
    func givingUp() {
        var held = holding(.domain, .domain, .runQueue, .log)
        #expect(held.highest == .log)
        held.remove(.domain)
        held.remove(.log)
        #expect(held.obstacle(to: .domains) == .runQueue)
        held.remove(.runQueue)
        #expect(held.highest == .domain)
        held.remove(.domain)
        #expect(held.highest == nil && held.counts == 0)
    }
}
