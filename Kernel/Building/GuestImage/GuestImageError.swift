// SPDX-License-Identifier: MIT

/// Why a file cannot be started as a PVH guest: the rule that it breaks, and where in the file.
public struct GuestImageError: Error, Equatable, Sendable {
    /// The rule that is broken.
    public let rule: Rule

    /// The offset, in bytes from the start of the file, of the structure that breaks it.
    public let offset: Int

    /// A plain sentence for the console; it ends without a full stop.
    public var message: StaticString { rule.message }

    init(_ rule: Rule, at offset: Int = 0) {
        self.rule = rule
        self.offset = offset
    }

    /// The rules of the ELF specification and of the PVH boot protocol (Xen `docs/misc/pvh.pandoc`) that are checked.
    public enum Rule: Equatable, Sendable {
        case notELF
        case truncatedHeader
        case unknownClass
        case bigEndian
        case wrongMachine
        case wrongProgramHeaderSize
        case tooManyProgramHeaders
        case programHeadersOutsideFile
        case noSegments
        case tooManySegments
        case segmentOutsideFile
        case segmentLargerInFileThanInMemory
        case segmentAbove4GiB
        case overlappingSegments
        case wrongSectionHeaderSize
        case tooManySectionHeaders
        case sectionHeadersOutsideFile
        case notesOutsideFile
        case malformedNote
        case tooManyNotes
        case noEntryNote
        case wrongEntrySize
        case entryAbove4GiB
        case entryOutsideSegments
    }
}

extension GuestImageError.Rule {
    var message: StaticString {
        switch self {
        case .notELF: "not an ELF file: give a PVH kernel in ELF form, or let the apus command take it out of a bzImage"
        case .truncatedHeader: "the file ends inside the ELF header: it is truncated, fetch or build it again"
        case .unknownClass: "the ELF class is neither 32-bit nor 64-bit: the file is damaged"
        case .bigEndian: "the ELF file is not little-endian: it was built for another machine than x86"
        case .wrongMachine: "the ELF file was built for another machine than x86 (i386 or x86-64)"
        case .wrongProgramHeaderSize: "the ELF program headers have an unknown size: the file is damaged"
        case .tooManyProgramHeaders: "more than 64 ELF program headers: no known kernel has so many"
        case .programHeadersOutsideFile: "the ELF program headers lie outside the file: it is truncated"
        case .noSegments: "no loadable segment: link the kernel as an executable, an object file cannot be started"
        case .tooManySegments: "more than 16 loadable segments: link the kernel with fewer"
        case .segmentOutsideFile: "a loadable segment lies outside the file: it is truncated"
        case .segmentLargerInFileThanInMemory: "a loadable segment is larger in the file than in memory"
        case .segmentAbove4GiB: "a loadable segment reaches above 4 GiB, where a PVH guest cannot be started"
        case .overlappingSegments: "two loadable segments overlap in memory"
        case .wrongSectionHeaderSize: "the ELF section headers have an unknown size: the file is damaged"
        case .tooManySectionHeaders: "more than 4096 ELF section headers: strip the kernel"
        case .sectionHeadersOutsideFile: "the ELF section headers lie outside the file: it is truncated"
        case .notesOutsideFile: "the ELF notes lie outside the file: it is truncated"
        case .malformedNote: "an ELF note reaches beyond the end of its segment or section"
        case .tooManyNotes: "more than 4096 ELF notes"
        case .noEntryNote: "no PHYS32_ENTRY note: this kernel cannot be started as a PVH guest"
        case .wrongEntrySize: "the PHYS32_ENTRY note holds no number of 1, 2, 4 or 8 bytes"
        case .entryAbove4GiB: "the PHYS32_ENTRY note names an address above 4 GiB"
        case .entryOutsideSegments: "the PHYS32_ENTRY note names an address outside the loadable segments"
        }
    }
}
