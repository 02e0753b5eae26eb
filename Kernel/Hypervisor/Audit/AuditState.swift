// SPDX-License-Identifier: MIT

/// What the hypervisor remembers between audits.
struct AuditState {
    /// When they are made.
    let schedule: AuditSchedule
    /// The book; nil while no audits are made.
    var ledger: FrameLedger?
    /// How many domains had ended at the last one.
    private var endedCount = 0
    /// When the next one is due, in system time.
    private var nextTime: UInt64 = 0

    /// None has been made.
    init(_ schedule: AuditSchedule) {
        self.schedule = schedule
    }

    /// Whether one is due; then it counts as made.
    mutating func takeTurn(endedCount: Int, hasDomains: Bool, now: UInt64) -> Bool {
        guard ledger != nil else { return false }
        let hasEnded = endedCount != self.endedCount
        self.endedCount = endedCount
        switch schedule {
        case .never: return false
        case .atEnd: return hasEnded && !hasDomains
        case .whenDomainsEnd: return hasEnded
        case .every(let period):
            guard hasEnded || now >= nextTime else { return false }
            nextTime = now &+ period
            return true
        }
    }
}
