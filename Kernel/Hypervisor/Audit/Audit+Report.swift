// SPDX-License-Identifier: MIT
import Diagnostics
import XenInterface

/// What an audit has to say.
extension Audit {
    /// Whether all rules hold.
    var isGood: Bool { findingCount == 0 }

    /// What was proved, in a line.
    var summary: Message {
        var line: Message = "audit: \(allocator.frameLimit) frames have one owner each: \(count(.nobody)) free, "
        line.append(message: "\(count(.hypervisor)) the hypervisor's, \(count(.ram)) memory, ")
        line.append(message: "\(count(.nestedTable)) nested tables, \(count(.domainPage)) pages of domains, ")
        line.append(
            message: "\(count(.controlBlock)) of virtual CPUs, \(count(.useCount)) counts, \(count(.orphan)) orphans; ")
        line.append(message: "\(grantMappingCount) grants mapped, \(holdCount) frames held, \(channelCount) ports open")
        return line
    }

    /// What is wrong, for the log.
    func complaint(_ index: Int) -> Message {
        let finding = findings[index]
        var line: Message = "audit: "
        if let domain = finding.domain { line.append(message: "d\(domain.rawValue): ") }
        line.append(message: "\(hex: finding.number): ")
        line.append(finding.rule.complaint)
        return line
    }

    /// How many of the first findings can be told.
    var toldFindings: Int { min(findingCount, findings.count) }

    private func count(_ owner: FrameOwner) -> UInt64 { frameCounts[Int(owner.rawValue)] }
}
