// SPDX-License-Identifier: MIT

/// A kernel that can be started as a PVH guest: what an ELF file says about its place in memory and its entry.
///
/// It is read once and keeps no reference to the file. Sources: System V ABI, chapters 4 and 5; Xen
/// `public/elfnote.h` and `docs/misc/pvh.pandoc`.
public struct GuestImage: Sendable {
    /// The parts to load, in the order of the file. There is at least one, none is empty, and no two overlap.
    public let segments: BoundedList<16, LoadSegment>

    /// The guest-physical address at which the first vCPU starts, in flat 32-bit mode without paging. 0 is legal.
    public let entry: UInt32

    /// The lowest guest-physical address that the image takes.
    public let lowestAddress: UInt64

    /// The guest-physical address just above the image, its zeroed part included. It is at most 4 GiB.
    public let endAddress: UInt64

    /// Reads and checks the ELF headers and notes of `file`.
    ///
    /// - Throws: `GuestImageError`, whatever the file holds.
    public init(parsing file: Span<UInt8>) throws(GuestImageError) {
        let header = try ELFHeader(parsing: file)
        let segments = try Self.loadSegments(of: file, header: header)
        var lowest = UInt64.max
        var end: UInt64 = 0
        for index in 0..<segments.count {
            lowest = min(lowest, segments[index].physicalAddress)
            end = max(end, segments[index].endAddress)
        }
        self.segments = segments
        lowestAddress = lowest
        endAddress = end
        entry = try Self.entry(of: file, header: header, segments: segments)
    }

    /// Copies every segment of `file`, the file it was parsed from, into guest memory that holds only zeros so far.
    public func load<Sink: GuestMemorySink & ~Copyable>(
        from file: Span<UInt8>, into sink: inout Sink
    ) throws(Sink.Failure) {
        for index in 0..<segments.count {
            let segment = segments[index]
            try sink.write(file.extracting(segment.fileRange), at: segment.physicalAddress)
        }
    }
}
