// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension Domain {
    /// Begins a use of one of this domain's grants by another: the entry is checked and marked as in use, and the frame is held.
    ///
    /// - Parameter forMapping: whether it is to be mapped, not copied.
    /// - Throws: the status for the user: `.badReference` beyond the table, `.badPage` for a frame that is not the domain's to
    ///   grant, `.generalError` when the entry does not grant this, or is used too often.
    func beginUse(
        of reference: GrantReference, by user: DomainIdentifier, forWriting: Bool, forMapping: Bool
    ) throws(GrantStatus) -> HostFrame {
        let place = try grantTable.place(of: reference)
        var use = grantTable.use(of: reference)
        if use.isActive {
            guard use.user == user, (forWriting ? use.writers : use.readers) < GrantUse.limit else {
                throw .generalError
            }
        }
        let isNew = !use.isActive
        if isNew || (forWriting && use.writers == 0) {
            try mark(place, inUseBy: isNew ? user : nil, forWriting: forWriting, forMapping: forMapping)
        }
        do throws(GrantStatus) {
            if isNew {
                use.frame = try frameToGrant(PhysicalMemory.read(UInt32.self, at: place.advanced(by: 4))).number
                use.user = user
            }
            let frame = HostFrame(use.frame)
            guard physicalMap.account.hold(frame) else { throw .noSpace }
            if forWriting { use.writers &+= 1 } else { use.readers &+= 1 }
            guard grantTable.note(use, of: reference) else {
                physicalMap.account.letGo(of: frame)
                throw .noSpace
            }
            return frame
        } catch {
            unmark(place, grantTable.use(of: reference))
            throw error
        }
    }

    /// Ends a use of one of this domain's grants. The marks are taken from the entry when nobody uses it so any more.
    func endUse(of reference: GrantReference, forWriting: Bool) {
        var use = grantTable.use(of: reference)
        guard (forWriting ? use.writers : use.readers) > 0, let place = try? grantTable.place(of: reference) else {
            return
        }
        if forWriting { use.writers &-= 1 } else { use.readers &-= 1 }
        _ = grantTable.note(use.isActive ? use : GrantUse(), of: reference)
        unmark(place, use)
        physicalMap.account.letGo(of: HostFrame(use.frame))
    }

    /// The frame of the machine behind a guest frame that the domain grants: its own, not one that it has from others.
    private func frameToGrant(_ guestFrame: UInt32) throws(GrantStatus) -> HostFrame {
        guard let mapping = physicalMap.lookup(GuestFrame(UInt64(guestFrame))),
            mapping.use == .ram || mapping.use == .special
        else { throw .badPage }
        return mapping.frame
    }

    /// Sets the marks in an entry. Its domain may change it at the same time: what is checked is what gets the marks, and an
    /// entry that changes again and again is given up.
    ///
    /// - Parameter user: the domain that the entry must grant the frame to; nil when it is in use already.
    private func mark(
        _ place: HostPhysicalAddress, inUseBy user: DomainIdentifier?, forWriting: Bool, forMapping: Bool
    ) throws(GrantStatus) {
        var word = PhysicalMemory.read(UInt32.self, at: place)
        for _ in 0..<5 {
            let flags = GrantFlags(rawValue: UInt16(truncatingIfNeeded: word))
            if let user {
                let domain = UInt16(truncatingIfNeeded: word &>> 16)
                guard flags.intersection(.kindMask) == .permitAccess, domain == user.rawValue,
                    !forMapping || !flags.contains(.subPage)
                else { throw .generalError }
            }
            if forWriting && flags.contains(.readOnly) { throw .generalError }
            let marks: GrantFlags = forWriting ? [.reading, .writing] : .reading
            let found = PhysicalMemory.compareExchange(word, for: word | UInt32(marks.rawValue), at: place)
            if found == word { return }
            word = found
        }
        throw .generalError
    }

    /// Clears the marks that a use does not need any more.
    private func unmark(_ place: HostPhysicalAddress, _ use: GrantUse) {
        if use.writers == 0 { PhysicalMemory.clear(bits: GrantFlags.writing.rawValue, at: place) }
        if !use.isActive { PhysicalMemory.clear(bits: GrantFlags.reading.rawValue, at: place) }
    }
}
