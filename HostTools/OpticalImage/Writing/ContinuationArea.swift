// SPDX-License-Identifier: MIT

/// The sectors that take the entries of Rock Ridge for which a record has no room (P1281, section 5.1).
struct ContinuationArea {
    /// The area's first sector; 0 as long as it is not known, which changes no length.
    let sector: Int
    private(set) var bytes: [UInt8] = []

    /// Bytes of the entry that says where others go on.
    private static let pointerLength = 28

    init(sector: Int) { self.sector = sector }

    /// Packs entries into at most `room` bytes; those that do not fit go to the area, behind an entry that points there.
    mutating func pack(_ entries: ArraySlice<[UInt8]>, room: Int) -> [UInt8] {
        let length = entries.reduce(0) { $0 + $1.count }
        guard length > room else { return Array(entries.joined()) }
        var packed: [UInt8] = []
        var rest = entries
        while let next = rest.first, packed.count + next.count + Self.pointerLength <= room {
            packed += next
            rest = rest.dropFirst()
        }
        // What goes on does so within one sector, where there may be another pointer.
        let more = pack(rest, room: OpticalImage.sectorSize)
        let left = OpticalImage.sectorSize - bytes.count % OpticalImage.sectorSize
        if more.count > left { bytes += [UInt8](repeating: 0, count: left) }
        let place = bytes.count
        bytes += more
        return packed
            + RockRidge.continuation(
                sector: sector + place / OpticalImage.sectorSize, offset: place % OpticalImage.sectorSize,
                length: more.count)
    }
}
