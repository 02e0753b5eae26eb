// SPDX-License-Identifier: MIT

/// The ACPI tables of a PVH guest, as they lie in its memory from `GuestPhysicalLayout.acpi` on.
///
/// They describe a machine of which nothing is left but its processors: the guest learns from the MADT how many there
/// are, and from the FADT that the hardware of a PC is not there. Source: ACPI Specification 6.4, chapter 5.2.
public struct ACPITables: Sendable {
    /// The most vCPUs that a guest may have. With the identifier 2n, the highest of these just fits in one byte.
    public static let maximumVCPUCount = 128

    /// The guest-physical address of the root pointer (RSDP), from which the guest finds the rest.
    public let pointerAddress: UInt64

    private let record: ByteRecord<2048>

    /// Makes the tables for `vCPUCount` vCPUs, which must be in `1...maximumVCPUCount`.
    public init(vCPUCount: Int) {
        precondition(1...Self.maximumVCPUCount ~= vCPUCount, "vCPU count outside 1...128")
        var builder = ACPITableBuilder()
        let definitions = builder.appendDefinitions()
        let features = builder.appendFeatures(definitions: definitions)
        let interrupts = builder.appendInterruptControllers(vCPUCount: vCPUCount)
        let root = builder.appendRoot(tables: [features, interrupts])
        pointerAddress = builder.appendPointer(root: root)
        record = builder.record
    }

    /// Puts the tables into guest memory.
    public func write<Sink: GuestMemorySink & ~Copyable>(to sink: inout Sink) throws(Sink.Failure) {
        try record.write(to: &sink, at: GuestPhysicalLayout.acpi.address)
    }
}
