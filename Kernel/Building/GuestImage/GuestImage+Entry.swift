// SPDX-License-Identifier: MIT

extension GuestImage {
    /// The address in the PHYS32_ENTRY note, which must lie in a segment.
    static func entry(
        of file: Span<UInt8>, header: ELFHeader, segments: BoundedList<16, LoadSegment>
    ) throws(GuestImageError) -> UInt32 {
        var notes = XenNotes()
        try notes.readSegments(of: file, header: header)
        // Mini-OS has no PT_NOTE. Sections count only then, as in Xen's own loader.
        if !notes.foundAny { try notes.readSections(of: file, header: header) }
        guard let entry = notes.entry else { throw GuestImageError(.noEntryNote) }

        for index in 0..<segments.count {
            let segment = segments[index]
            if UInt64(entry) >= segment.physicalAddress, UInt64(entry) < segment.endAddress { return entry }
        }
        throw GuestImageError(.entryOutsideSegments)
    }
}
