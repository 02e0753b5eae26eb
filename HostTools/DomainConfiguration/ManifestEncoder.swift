// SPDX-License-Identifier: MIT

import Building

/// Writes the manifest by which the kernel learns what domains to start. `ManifestLayout` describes the bytes.
public enum ManifestEncoder {
    /// A domain, and which boot modules hold its files.
    public struct Entry: Sendable {
        /// What the domain is to be.
        public let domain: DomainConfiguration

        /// The place of the kernel among all boot modules, counted from 0, the manifest included.
        public let kernelModule: Int

        /// The place of the initial ramdisk, counted likewise.
        public let ramdiskModule: Int?

        /// Joins a domain and its modules.
        public init(domain: DomainConfiguration, kernelModule: Int, ramdiskModule: Int? = nil) {
            self.domain = domain
            self.kernelModule = kernelModule
            self.ramdiskModule = ramdiskModule
        }
    }

    /// The manifest of `entries`, in their order.
    ///
    /// - Parameter moduleCount: how many boot modules there are, the manifest included.
    /// - Throws: `ManifestEncoderError` where no kernel would accept the result.
    public static func encode(_ entries: [Entry], moduleCount: Int) throws(ManifestEncoderError) -> [UInt8] {
        try checkUniqueness(entries)
        let textStart = ManifestLayout.headerSize + entries.count * ManifestLayout.recordSize
        var records = ManifestBytes()
        var texts: [UInt8] = []
        for entry in entries {
            for text in [entry.domain.name, entry.domain.commandLine] {
                records.append(textStart + texts.count)
                records.append(text.utf8.count)
                texts += text.utf8
            }
            records.append(entry.kernelModule)
            records.append(entry.ramdiskModule ?? Int(ManifestLayout.noModule))
            records.append(entry.domain.memory)
            records.append(entry.domain.vCPUCount)
            records.bytes += entry.domain.uuid.bytes
            records.append(entry.domain.weight)
            records.append(entry.domain.cap)
        }
        let bytes = header(count: entries.count, size: textStart + texts.count) + records.bytes + texts
        try check(bytes, moduleCount: moduleCount)
        return bytes
    }

    private static func header(count: Int, size: Int) -> [UInt8] {
        var header = ManifestBytes()
        header.append(Int(truncatingIfNeeded: ManifestLayout.magic & 0xFFFF_FFFF))
        header.append(Int(truncatingIfNeeded: ManifestLayout.magic >> 32))
        header.append(Int(ManifestLayout.version))
        header.append(count)
        header.append(size)
        header.append(0)
        return header.bytes
    }

    /// Two domains of one name could not be told apart on the console, and Xen refuses two of one UUID.
    private static func checkUniqueness(_ entries: [Entry]) throws(ManifestEncoderError) {
        var names: Set<String> = []
        var identities: Set<DomainUUID> = []
        for domain in entries.map(\.domain) {
            guard names.insert(domain.name).inserted else { throw .duplicateName(domain.name) }
            guard identities.insert(domain.uuid).inserted else { throw .duplicateUUID(domain.uuid) }
        }
    }

    /// The kernel's own reader has the last word.
    private static func check(_ bytes: [UInt8], moduleCount: Int) throws(ManifestEncoderError) {
        do throws(ManifestError) {
            _ = try Manifest(parsing: bytes.span, moduleCount: moduleCount)
        } catch {
            throw .refused(error)
        }
    }
}

/// Little-endian numbers of 32 bits, appended to one another.
private struct ManifestBytes {
    var bytes: [UInt8] = []

    /// Appends `value`. One that does not fit becomes a number that no field accepts.
    mutating func append(_ value: Int) {
        let field = UInt32(exactly: value) ?? UInt32.max - 1
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: field >> shift)) }
    }
}
