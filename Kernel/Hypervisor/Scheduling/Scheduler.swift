// SPDX-License-Identifier: MIT

/// Whose turn it is: all virtual CPUs stand in a circle, and the next one that is runnable goes on when the slice of the
/// current one is over, or when it waits.
struct Scheduler {
    /// How long a turn lasts, in nanoseconds.
    let slice: UInt64
    /// All virtual CPUs of all domains.
    private(set) var circle: [VirtualCPU] = []
    /// The place in the circle of the one that runs or has run last.
    private var position = 0
    /// When the current turn ends, in system time.
    var sliceEnd: UInt64 = 0

    /// An empty circle.
    init(slice: UInt64) {
        self.slice = slice
    }

    /// Adds a virtual CPU at the end of the circle.
    mutating func add(_ vcpu: VirtualCPU) {
        circle.append(vcpu)
    }

    /// Takes a domain's virtual CPUs out of the circle.
    mutating func remove(_ domain: Domain) {
        circle.removeAll { $0.domain === domain }
        position = 0
    }

    /// The next virtual CPU that can run, the current one last; nil when all of them wait.
    mutating func next() -> VirtualCPU? {
        for _ in 0..<circle.count {
            position = position &+ 1 < circle.count ? position &+ 1 : 0
            if circle[position].activity == .runnable { return circle[position] }
        }
        return nil
    }

    /// The earliest deadline of any virtual CPU's timers.
    var earliestDeadline: UInt64 {
        var earliest = UInt64.max
        for vcpu in circle { earliest = min(earliest, vcpu.timers.earliest) }
        return earliest
    }
}
