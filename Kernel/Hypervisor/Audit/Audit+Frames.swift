// SPDX-License-Identifier: MIT
import Architecture

/// Every frame is free, or has one owner.
extension Audit {
    /// The pages of a domain that are not its memory, and those of its virtual CPUs.
    mutating func claimPages(of domain: Domain) {
        claim(domain.sharedInfo.frame, for: .domainPage, of: domain)
        claim(domain.console.ring.frame, for: .domainPage, of: domain)
        claim(domain.xenstore.ring.page.frame, for: .domainPage, of: domain)
        claim(domain.xenstore.messages.frame, for: .domainPage, of: domain)
        domain.eventChannels.forEachFrame { claim($0, for: .domainPage, of: domain) }
        domain.grantTable.forEachFrame { claim($0, for: .domainPage, of: domain) }
        if let list = domain.eventArray?.listFrame { claim(list, for: .domainPage, of: domain) }
        for index in 0..<(domain.eventArray?.pageCount ?? 0) {
            if let page = domain.eventArray?.pageFrame(index) { expectHolders(1, of: page, by: domain) }
        }
        let retired = domain.physicalMap.retired
        for index in 0..<retired.count { claim(retired[index], for: .domainPage, of: domain) }
        for vcpu in domain.vcpus {
            claim(vcpu.controlFrame.frame, for: .controlBlock, of: domain)
            claim(vcpu.floatingPoint.frame, for: .controlBlock, of: domain)
            if let held = vcpu.registeredInfo?.frame { expectHolders(1, of: held, by: domain) }
            if let held = vcpu.eventQueues?.controlFrame { expectHolders(1, of: held, by: domain) }
        }
    }

    /// Last of all, when everybody has claimed what is theirs: goes over all frames of the machine.
    mutating func checkFrames() {
        allocator.forEachUseCountFrame { claim($0, for: .useCount) }
        var freeCount: UInt64 = 0
        frameCounts[Int(FrameOwner.hypervisor.rawValue)] = ledger.first
        for number in ledger.first..<allocator.frameLimit {
            let frame = HostFrame(number)
            checkHolders(of: frame)
            let (owner, isFree) = (ledger[frame].owner, allocator.isFree(frame))
            frameCounts[Int(owner.rawValue)] &+= 1
            if isFree { freeCount &+= 1 }
            if isFree && owner != .nobody { complain(.freeHasNoOwner, number) }
            if !isFree && owner == .nobody { complain(.usedHasOwner, number) }
        }
        if freeCount != allocator.freeCount { complain(.freeCount, allocator.freeCount) }
    }

    /// A frame has as many users beside its owner as are counted; one that its owner has freed belongs to them.
    private mutating func checkHolders(of frame: HostFrame) {
        let (holders, isOrphan) = allocator.holders(of: frame)
        var record = ledger[frame]
        if holders != record.holders { complain(.holdHasUser, frame.number) }
        if isOrphan != (holders > 0 && record.owner == .nobody) { complain(.orphanIsNobodys, frame.number) }
        if isOrphan && record.owner == .nobody {
            record.owner = .orphan
            ledger[frame] = record
        }
    }
}
