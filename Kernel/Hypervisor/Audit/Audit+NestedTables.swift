// SPDX-License-Identifier: MIT
import Architecture

/// Every nested mapping has a reason.
extension Audit {
    /// Walks a domain's nested page tables.
    mutating func checkNestedTables(of domain: Domain) {
        var count = NestedCount()
        check(table: domain.physicalMap.rootFrame, level: 4, first: 0, of: domain, &count)
        let map = (memory: domain.physicalMap.ramFrameCount, tables: domain.physicalMap.tableCount)
        if count.memory != map.memory { complain(.memoryCount, of: domain, map.memory) }
        if count.tables != map.tables { complain(.tableCount, of: domain, map.tables) }
        let charged = count.memory &+ domain.physicalMap.account.orphanCount
        if charged > domain.maximumFrameCount { complain(.memoryLimit, of: domain, charged) }
        checkRecentTranslations(of: domain)
    }

    /// What the hypervisor has kept of the tables agrees with them.
    private mutating func checkRecentTranslations(of domain: Domain) {
        let (tables, recent) = (domain.physicalMap.tables, domain.physicalMap.recent)
        claim(recent.frame, for: .nestedTable, of: domain)
        recent.forEachKept { place, target, isWritable in
            let mapping = tables.lookup(place)
            if mapping?.frame != target || mapping?.isWritable != isWritable {
                complain(.keptIsMapped, of: domain, place.number)
            }
        }
    }

    /// What a walk has come across.
    private struct NestedCount {
        var memory: UInt64 = 0
        var tables: UInt64 = 0
    }

    /// A table of some level, and all below it. `first` is the guest frame that its first entry stands for.
    private mutating func check(
        table: HostFrame, level: UInt64, first: UInt64, of domain: Domain, _ count: inout NestedCount
    ) {
        claim(table, for: .nestedTable, of: domain)
        guard ledger.contains(table) else { return }
        count.tables &+= 1
        var isEmpty = true
        for index in 0..<entriesPerTable {
            let entry = PhysicalMemory.read(UInt64.self, at: table.address.advanced(by: index &* 8))
            guard NestedPageTables.isPresent(entry) else { continue }
            isEmpty = false
            let guestFrame = first &+ index &<< (9 &* (level &- 1))
            let target = HostPhysicalAddress(entry & PageTableEntry.addressMask).frame
            if NestedPageTables.isLeaf(entry, level: level) {
                check(entry, to: target, level: level, at: GuestFrame(guestFrame), of: domain, &count)
            } else {
                check(table: target, level: level &- 1, first: guestFrame, of: domain, &count)
            }
        }
        if isEmpty && level < 4 { complain(.tableHasEntries, of: domain, first) }
    }

    private mutating func check(
        _ entry: UInt64, to target: HostFrame, level: UInt64, at place: GuestFrame, of domain: Domain,
        _ count: inout NestedCount
    ) {
        switch FrameUse(entry: entry) {
        case .ram:
            let size: UInt64 = 1 &<< (9 &* (level &- 1))
            for offset in 0..<size { claim(target.advanced(by: offset), for: .ram, of: domain) }
            count.memory &+= size
        case .special:
            if !isShown(target, to: domain) { complain(.specialIsOwn, of: domain, place.number) }
        case .grant:
            settleMapping(of: target, isWritable: NestedPageTables.isWritable(entry), by: domain)
        case nil:
            complain(.mappingHasReason, of: domain, place.number)
        }
    }

    /// Whether a page is one that a domain is shown beside its memory.
    private func isShown(_ frame: HostFrame, to domain: Domain) -> Bool {
        if frame == domain.sharedInfo.frame || frame == domain.console.ring.frame { return true }
        if frame == domain.xenstore.ring.page.frame { return true }
        return (0..<UInt64(domain.grantTable.frameCount)).contains { domain.grantTable.existingFrame($0) == frame }
    }

    /// The special pages are mapped where it is noted that they are.
    mutating func checkPlacement(of domain: Domain) {
        if let place = domain.placement.sharedInfo, domain.physicalMap.lookup(place)?.frame != domain.sharedInfo.frame {
            complain(.specialIsWhereNoted, of: domain, place.number)
        }
        for index in 0..<64 where domain.placement.grantFrames[index] != .max {
            let place = GuestFrame(domain.placement.grantFrames[index])
            if domain.physicalMap.lookup(place)?.frame != domain.grantTable.existingFrame(UInt64(index)) {
                complain(.specialIsWhereNoted, of: domain, place.number)
            }
        }
    }
}
