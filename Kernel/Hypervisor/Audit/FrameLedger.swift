// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// What an audit has found out about a frame.
struct FrameRecord: BitwiseCopyable {
    /// How many users it should have beside its owner.
    var holders: UInt32 = 0
    /// While a domain's grants are counted: its handles for mappings that allow reading only, less the mappings.
    var readHandles: UInt16 = 0
    /// The same for mappings that allow writing as well.
    var writeHandles: UInt16 = 0
    private var ownerNumber: UInt8 = 0
    /// Whether it was the hypervisor's own before the first domain was built.
    var isHypervisors = false

    /// Who owns it.
    var owner: FrameOwner {
        get { FrameOwner(rawValue: ownerNumber) ?? .nobody }
        set { ownerNumber = newValue.rawValue }
    }

    /// The record of a frame of the hypervisor's own.
    static var hypervisors: FrameRecord {
        var record = FrameRecord()
        record.isHypervisors = true
        record.owner = .hypervisor
        return record
    }

    /// The record with which an audit begins.
    var atStart: FrameRecord { isHypervisors ? .hypervisors : FrameRecord() }
}

/// How many mappings a grant reference has.
struct ReferenceCount: BitwiseCopyable {
    /// Those that allow reading only.
    var readers: UInt16 = 0
    /// Those that allow writing as well.
    var writers: UInt16 = 0
}

/// The book in which an audit keeps a record of each frame of the machine, twelve bytes long. Its memory is set aside when the
/// hypervisor starts, so that an audit needs none.
struct FrameLedger {
    private let start: HostPhysicalAddress
    /// The number of the first frame that has a record; those below are the hypervisor's for good.
    let first: UInt64
    private let allocator: FrameAllocator
    private let references: HostPhysicalAddress

    private static var recordSize: UInt64 { UInt64(MemoryLayout<FrameRecord>.stride) }
    /// The number of frames that counts for all references take.
    private static var referenceFrames: UInt64 { 32 }

    /// The book of a machine on which no domain has been built yet: all frames that are in use are the hypervisor's own. Nil when
    /// there is no room for it.
    ///
    /// - Parameter first: the first frame that can ever be free.
    init?(_ allocator: FrameAllocator, from first: HostFrame) {
        let first = min(first.number, allocator.frameLimit)
        let size = ((allocator.frameLimit &- first) &* FrameLedger.recordSize &+ frameSize &- 1) / frameSize
        guard let book = allocator.takeFrames(size &+ FrameLedger.referenceFrames) else { return nil }
        start = book.address
        references = book.advanced(by: size).address
        self.allocator = allocator
        self.first = first
        for number in first..<allocator.frameLimit {
            self[HostFrame(number)] = allocator.isFree(HostFrame(number)) ? FrameRecord() : .hypervisors
        }
    }

    /// Notes that the hypervisor has freed frames of its own: what the loader had filled.
    func giveUp(from first: HostFrame, to end: HostFrame) {
        for number in first.number..<max(first.number, end.number) { self[HostFrame(number)] = FrameRecord() }
    }

    /// Begins a new audit.
    func clear() {
        for number in first..<allocator.frameLimit { self[HostFrame(number)] = self[HostFrame(number)].atStart }
    }

    /// Whether there is such a frame.
    func contains(_ frame: HostFrame) -> Bool { frame.number < allocator.frameLimit }

    /// The record of a frame. For those that have none it does not change.
    subscript(frame: HostFrame) -> FrameRecord {
        get {
            guard let place = place(of: frame) else { return .hypervisors }
            return PhysicalMemory.read(FrameRecord.self, at: place)
        }
        nonmutating set {
            if let place = place(of: frame) { PhysicalMemory.write(newValue, at: place) }
        }
    }

    /// Sets the counts of all references to zero.
    func clearReferences() {
        for index in 0..<FrameLedger.referenceFrames { PhysicalMemory.fill(references.frame.advanced(by: index)) }
    }

    /// How many mappings one domain's grant reference has, as far as they have been counted. References are less than the 32,768 that
    /// a table can have.
    subscript(reference: GrantReference) -> ReferenceCount {
        get { PhysicalMemory.read(ReferenceCount.self, at: place(of: reference)) }
        nonmutating set { PhysicalMemory.write(newValue, at: place(of: reference)) }
    }

    private func place(of reference: GrantReference) -> HostPhysicalAddress {
        references.advanced(by: UInt64(reference.rawValue & 0x7FFF) &* 4)
    }

    private func place(of frame: HostFrame) -> HostPhysicalAddress? {
        guard frame.number >= first, contains(frame) else { return nil }
        return start.advanced(by: (frame.number &- first) &* FrameLedger.recordSize)
    }
}
