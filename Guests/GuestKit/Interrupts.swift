// SPDX-License-Identifier: MIT
import Instructions
import XenInterface

/// The interrupts that have arrived. The handlers only count; what to do about one is the guest's business.
public enum Interrupts {
    /// How many have arrived on `vector` since the guest started.
    public static func count(_ vector: UInt8) -> UInt32 { guest_interrupt_count(vector) }

    /// The time-stamp counter when the last one arrived, on whatever vector.
    public static var lastTime: UInt64 { guest_last_interrupt_time() }

    /// Tells the handler of `vector` to clear the byte at `upcallPending` each time. Vector 0 ends that.
    public static func acknowledge(_ vector: UInt8, upcallPending: UInt64) {
        guest_set_callback(UInt32(vector), upcallPending)
    }

    /// Sleeps until an interrupt has arrived on `vector` since `count` was read, or another one has come 1,000 times.
    public static func wait(for vector: UInt8, since count: UInt32) {
        for _ in 0..<1000 where Self.count(vector) == count { Processor.waitForInterrupt() }
    }
}
