// SPDX-License-Identifier: MIT

extension GuestImage {
    /// The program headers of type PT_LOAD that take memory.
    static func loadSegments(
        of file: Span<UInt8>, header: ELFHeader
    ) throws(GuestImageError) -> BoundedList<16, LoadSegment> {
        var segments = BoundedList<16, LoadSegment>(
            filler: LoadSegment(fileRange: 0..<0, physicalAddress: 0, memorySize: 0))
        for index in 0..<header.programHeaders.count {
            let offset = header.programHeaders.entry(index)
            guard file.littleEndian(UInt32.self, at: offset) == 1 else { continue }
            let segment = try loadSegment(at: offset, of: file, isWide: header.isWide)
            guard segment.memorySize > 0 else { continue }
            for earlier in 0..<segments.count where segments[earlier].overlaps(segment) {
                throw GuestImageError(.overlappingSegments, at: offset)
            }
            guard segments.append(segment) else { throw GuestImageError(.tooManySegments, at: offset) }
        }
        guard segments.count > 0 else { throw GuestImageError(.noSegments) }
        return segments
    }

    /// The program header at `offset`, which lies inside the file.
    private static func loadSegment(
        at offset: Int, of file: Span<UInt8>, isWide: Bool
    ) throws(GuestImageError) -> LoadSegment {
        let fileOffset = file.elfWord(at: offset + (isWide ? 8 : 4), isWide: isWide)
        let address = file.elfWord(at: offset + (isWide ? 24 : 12), isWide: isWide)
        let fileSize = file.elfWord(at: offset + (isWide ? 32 : 16), isWide: isWide)
        let memorySize = file.elfWord(at: offset + (isWide ? 40 : 20), isWide: isWide)

        guard let fileRange = file.range(offset: fileOffset, size: fileSize) else {
            throw GuestImageError(.segmentOutsideFile, at: offset)
        }
        guard fileSize <= memorySize else { throw GuestImageError(.segmentLargerInFileThanInMemory, at: offset) }
        let (end, wraps) = address.addingReportingOverflow(memorySize)
        guard !wraps, end <= 1 << 32 else { throw GuestImageError(.segmentAbove4GiB, at: offset) }
        return LoadSegment(fileRange: fileRange, physicalAddress: address, memorySize: memorySize)
    }
}
