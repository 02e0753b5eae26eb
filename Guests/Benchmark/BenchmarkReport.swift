// SPDX-License-Identifier: MIT
import GuestKit

/// Measures operations and prints a line for each: `# bench "operation" ticks`.
struct BenchmarkReport {
    /// How often an operation is tried.
    static var tries: Int { 1000 }

    /// The guest that the operations run in.
    var guest: Guest
    /// What measuring nothing takes.
    private var overhead: UInt64 = 0

    init(guest: Guest) {
        self.guest = guest
        overhead = least { _ in }
    }

    /// Measures an operation and prints its line.
    mutating func measure(_ operation: StaticString, _ body: (Guest) -> Void) {
        let ticks = least(body)
        guest.console.write("# bench \"")
        guest.console.write(operation)
        guest.console.write("\" ")
        guest.console.write(decimal: ticks > overhead ? ticks - overhead : 0)
        guest.console.endLine()
    }

    /// The least number of ticks of all tries.
    @inline(__always)
    private func least(_ body: (Guest) -> Void) -> UInt64 {
        var least = UInt64.max
        for _ in 0..<Self.tries {
            let start = Processor.timestamp
            body(guest)
            least = min(least, Processor.timestamp &- start)
        }
        return least
    }
}
