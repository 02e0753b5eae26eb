// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// How a guest reads all-ones where it has no memory, and writes into the void, without an instruction decoder: the domain's
/// page of ones is mapped there for a single instruction.
///
/// The access faults; the page is mapped; the guest executes the one instruction; the step is trapped; the page is unmapped
/// and filled with ones again. An instruction can touch several pages, so a few may be mapped at a time. Other virtual CPUs of the
/// domain that touch the same place meanwhile share the page, and may read what was written into the void just now.
struct UnbackedAccess {
    /// More than an instruction can touch: two for its own bytes, two for each of two operands, and two for a stack.
    static let limit = 8

    private var frames = InlineArray<8, UInt64>(repeating: 0)
    /// The frame behind each that shows a copy.
    private var originals = InlineArray<8, HostFrame?>(repeating: nil)
    /// The copies.
    private var copies = InlineArray<8, HostFrame?>(repeating: nil)
    private(set) var count = 0
    /// Whether the guest had RFLAGS.TF set itself when the step began.
    var guestStepsToo = false

    /// Maps the domain's page of ones at a guest frame.
    ///
    /// - Throws: `.argumentListTooLong` when too many are mapped for one instruction, and what mapping throws.
    mutating func map(_ frame: GuestFrame, of domain: Domain) throws(XenError) {
        guard count < UnbackedAccess.limit else { throw .argumentListTooLong }
        try domain.physicalMap.map(frame, to: domain.onesFrame.frame, use: .unbacked)
        frames[count] = frame.number
        originals[count] = nil
        copies[count] = nil
        count &+= 1
    }

    /// Maps a copy of a grant that the guest may only read, so that what it writes is lost.
    ///
    /// - Throws: as `map` does.
    mutating func mapCopy(of original: HostFrame, at frame: GuestFrame, of domain: Domain) throws(XenError) {
        guard count < UnbackedAccess.limit else { throw .argumentListTooLong }
        let allocator = domain.physicalMap.allocator
        guard let copy = allocator.takeFrame() else { throw .outOfMemory }
        PhysicalMemory.copy(from: original.address, to: copy.address, count: frameSize)
        do throws(XenError) {
            try domain.physicalMap.unmap(frame)
            try domain.physicalMap.map(frame, to: copy, use: .unbacked)
        } catch {
            allocator.free(copy)
            throw error
        }
        frames[count] = frame.number
        originals[count] = original
        copies[count] = copy
        count &+= 1
    }

    /// Unmaps what was mapped and restores the ones, and the grants.
    mutating func finish(of domain: Domain) {
        while count > 0 {
            count &-= 1
            let frame = GuestFrame(frames[count])
            takeBack(frame, copy: copies[count], original: originals[count], domain)
        }
        PhysicalMemory.fill(domain.onesFrame.frame, with: .max)
    }

    /// Unmaps one page, and restores the grant that it stood for. Another virtual CPU may have put memory there meanwhile: that stays.
    private func takeBack(_ frame: GuestFrame, copy: HostFrame?, original: HostFrame?, _ domain: Domain) {
        if domain.physicalMap.lookup(frame)?.use == .unbacked {
            try? domain.physicalMap.unmap(frame)
            if let original { try? domain.physicalMap.map(frame, to: original, use: .grant, writable: false) }
        }
        if let copy { domain.physicalMap.retire(copy) }
    }
}
