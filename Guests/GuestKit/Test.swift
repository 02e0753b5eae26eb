// SPDX-License-Identifier: MIT
import XenInterface

/// A test while it runs: the guest to work with, and what has been found.
public struct Test {
    /// The guest.
    public var guest: Guest
    /// How many expectations did not hold.
    public private(set) var failureCount = 0
    /// Why the test was not made, if it was not.
    public private(set) var skipped: StaticString?
    private var failures: InlineArray<4, Failure> = InlineArray(repeating: Failure())

    init(guest: Guest) { self.guest = guest }

    /// The way to the hypervisor.
    public var hypercalls: Hypercalls { guest.hypercalls }

    /// An expectation that did not hold.
    struct Failure {
        var line: UInt = 0
        var expected: Int64 = 0
        var got: Int64 = 0
    }

    /// Says that the test cannot be made here, and why.
    public mutating func skip(_ reason: StaticString) { skipped = reason }

    /// Notes a failure. The first four are reported, the others only counted.
    mutating func fail(expected: Int64, got: Int64, line: UInt) {
        if failureCount < failures.count {
            failures[failureCount] = Failure(line: line, expected: expected, got: got)
        }
        failureCount += 1
    }

    /// Writes a line for each failure.
    func writeFailures(to console: inout Console) {
        for index in 0..<min(failureCount, failures.count) {
            console.write("# expected ")
            console.write(result: failures[index].expected)
            console.write(", got ")
            console.write(result: failures[index].got)
            console.write(" (line ")
            console.write(decimal: UInt64(failures[index].line))
            console.write(")")
            console.endLine()
        }
    }
}
