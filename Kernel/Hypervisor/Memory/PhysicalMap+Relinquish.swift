// SPDX-License-Identifier: MIT
import Architecture

extension PhysicalMap {
    /// How many frames are given back before other work has its turn.
    private static var framesPerTurn: UInt64 { 8192 }

    /// Gives back a part of the memory, and of the tables, of a domain that is being removed: no processor runs it any more. Returns
    /// whether that was the last one.
    mutating func relinquish() -> Bool {
        PhysicalMemory.fill(recent.frame)
        var emptying = Emptying(account: account, budget: PhysicalMap.framesPerTurn)
        let isDone = emptying.empty(rootFrame, level: 4)
        ramFrameCount &-= emptying.memoryCount
        tableCount &-= emptying.tableCount
        return isDone
    }

    /// Takes entries out of tables, and what they lead to, for as long as a budget lasts.
    struct Emptying {
        let account: FrameAccount
        /// For how many frames it lasts.
        var budget: UInt64
        /// How many frames of memory were given back.
        private(set) var memoryCount: UInt64 = 0
        /// How many tables.
        private(set) var tableCount: UInt64 = 0

        init(account: FrameAccount, budget: UInt64) {
            self.account = account
            self.budget = budget
        }

        /// Empties a table. Returns whether it is empty now.
        mutating func empty(_ table: HostFrame, level: UInt64) -> Bool {
            for index in 0..<entriesPerTable {
                let slot = table.address.advanced(by: index &* 8)
                let entry = PhysicalMemory.read(UInt64.self, at: slot)
                guard NestedPageTables.isPresent(entry) else { continue }
                guard budget > 0 else { return false }
                let frame = HostPhysicalAddress(entry & PageTableEntry.addressMask).frame
                if NestedPageTables.isLeaf(entry, level: level) {
                    giveBack(entry, frame, count: 1 &<< (9 &* (level &- 1)))
                } else {
                    guard empty(frame, level: level &- 1) else { return false }
                    account.free(frame)
                    tableCount &+= 1
                }
                PhysicalMemory.publish(0, at: slot)
            }
            return true
        }

        /// What is not ordinary memory belongs to somebody else.
        private mutating func giveBack(_ entry: UInt64, _ frame: HostFrame, count: UInt64) {
            budget &-= min(budget, count)
            guard FrameUse(entry: entry) == .ram else { return }
            for offset in 0..<count { account.free(frame.advanced(by: offset)) }
            memoryCount &+= count
        }
    }
}
