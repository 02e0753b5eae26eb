// SPDX-License-Identifier: MIT
import CPU
import GuestKit

extension Test {
    /// Calls `body` with the linear address of a page that is mapped alone, among the last 512 of the lower half of all addresses. Those
    /// beside it are not mapped, and what is behind page 511 is no address.
    mutating func withHighPage(
        _ number: UInt64, flags: UInt64 = 7, line: UInt = #line, _ body: (inout Test, _ address: UInt64) -> Void
    ) {
        let root = cpu_read_cr3()
        withPage(line: line) { test, third in
            test.withPage(line: line) { test, second in
                test.withPage(line: line) { test, first in
                    test.withPage(line: line) { test, page in
                        Memory.store64(page | flags, at: first &+ number &* 8)
                        Memory.store64(first | 7, at: second &+ 511 &* 8)
                        Memory.store64(second | 7, at: third &+ 511 &* 8)
                        Memory.store64(third | 7, at: root &+ 255 &* 8)
                        body(&test, 1 << 47 &- (512 &- number) &* Memory.pageSize)
                        Memory.store64(0, at: root &+ 255 &* 8)
                        cpu_write_cr3(root)
                    }
                }
            }
        }
    }
}
