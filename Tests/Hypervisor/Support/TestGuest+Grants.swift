// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

@testable import Hypervisor

/// Grants, as guests give and use them.
extension TestGuest {
    /// Where the guests of these tests map what they are granted: beyond their memory.
    static let mappingPlace: UInt64 = 0x1000_0000

    /// Grants a frame to another domain.
    func grant(_ reference: UInt32, _ flags: GrantFlags = .permitAccess, frame: UInt32, to user: DomainIdentifier) {
        domain.grantTable.set(
            GrantReference(rawValue: reference), to: GrantEntry(flags: flags.rawValue, domain: user, guestFrame: frame))
    }

    /// The flags of an entry.
    func flags(of reference: UInt32) throws -> GrantFlags {
        let place = try domain.grantTable.place(of: GrantReference(rawValue: reference))
        return GrantFlags(rawValue: PhysicalMemory.read(UInt16.self, at: place))
    }

    /// Maps another domain's grant; the status and the handle.
    func map(
        _ reference: UInt32, of owner: DomainIdentifier, at address: UInt64 = mappingPlace,
        _ flags: GrantMapFlags = .host
    ) throws -> (status: GrantStatus?, handle: UInt32) {
        var element = GrantTableOperation.Map(
            hostAddress: address, flags: flags.rawValue, reference: GrantReference(rawValue: reference), domain: owner)
        try place(element)
        let result = call(.grantTableOperation, 0, TestGuest.argumentPlace, 1)
        guard result == 0 else { return (nil, 0) }
        element = try fetch(GrantTableOperation.Map.self)
        return (GrantStatus(rawValue: element.status), element.handle)
    }

    /// Ends a mapping.
    func unmap(_ handle: UInt32, at address: UInt64 = mappingPlace) throws -> GrantStatus? {
        try place(GrantTableOperation.Unmap(hostAddress: address, handle: handle))
        _ = call(.grantTableOperation, 1, TestGuest.argumentPlace, 1)
        return GrantStatus(rawValue: try fetch(GrantTableOperation.Unmap.self).status)
    }

    /// Gives a frame back.
    func giveBack(_ frame: UInt64) throws -> Int64 { try change(.decreaseReservation, frame) }

    /// Asks for memory at a frame.
    func take(_ frame: UInt64) throws -> Int64 { try change(.populatePhysicalMap, frame) }

    private func change(_ operation: MemoryOperation, _ frame: UInt64) throws -> Int64 {
        try write(frame, at: TestGuest.arrayPlace)
        let arguments = MemoryOperation.Reservation(
            extentStart: TestGuest.arrayPlace, extentCount: 1, domain: .caller)
        return try call(.memoryOperation, operation.rawValue, arguments)
    }
}
