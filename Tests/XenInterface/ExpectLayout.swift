// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Expects that `Structure` has `size` bytes without any hidden tail, and each of its fields the offset given.
func expectLayout<Structure: GuestLayout>(
    of type: Structure.Type, size: Int, offsets: [(field: PartialKeyPath<Structure>, offset: Int)],
    at location: SourceLocation = #_sourceLocation
) {
    #expect(MemoryLayout<Structure>.size == size, "size of \(type)", sourceLocation: location)
    #expect(MemoryLayout<Structure>.stride == size, "stride of \(type)", sourceLocation: location)
    for (field, offset) in offsets {
        #expect(MemoryLayout<Structure>.offset(of: field) == offset, "\(field)", sourceLocation: location)
    }
}
