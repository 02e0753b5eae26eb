// SPDX-License-Identifier: MIT
import CPU

/// Whether processors take locks in their order. Each one's record of what it holds lies where its GS register points: with
/// `checks=on` locks are checked, and none before every processor has such a record.
enum LockOrder {
    /// Notes that the processor wants a lock, and will have it. If it holds one of a later rank, it might wait for ever: that is the end,
    /// and the log names both.
    static func take(_ rank: LockRank, besideEqual: Bool) {
        if let obstacle = held.obstacle(to: rank, besideEqual: besideEqual) {
            cpu_report_lock_order(UInt64(obstacle.rawValue), UInt64(rank.rawValue))
        }
        note(rank)
    }

    /// Notes that the processor has a lock for which it did not wait.
    static func note(_ rank: LockRank) {
        var record = held
        record.add(rank)
        held = record
    }

    /// Notes that the processor has a lock no more.
    static func letGo(_ rank: LockRank) {
        var record = held
        record.remove(rank)
        held = record
    }

    private static var held: HeldLocks {
        get { HeldLocks(counts: cpu_read_processor_word()) }
        set { cpu_write_processor_word(newValue.counts) }
    }
}
