// SPDX-License-Identifier: MIT

/// The list of domains to start, in the binary form in which the host tool hands it to the kernel as a boot module.
///
/// `ManifestLayout` describes the bytes. The manifest is checked as a whole when it is parsed; it keeps no reference
/// to the bytes.
public struct Manifest: Sendable {
    /// How many domains there are, 1...64.
    public let domainCount: Int

    let moduleCount: Int

    /// Whether `bytes` claim to be a manifest, of whatever version.
    public static func isManifest(_ bytes: Span<UInt8>) -> Bool {
        bytes.littleEndian(UInt64.self, at: 0) == ManifestLayout.magic
    }

    /// Checks all of `bytes`: the header and every domain.
    ///
    /// - Parameter moduleCount: how many boot modules there are, the manifest included.
    public init(parsing bytes: Span<UInt8>, moduleCount: Int) throws(ManifestError) {
        guard Self.isManifest(bytes) else { throw ManifestError(.noManifest, at: 0) }
        guard let version = bytes.littleEndian(UInt32.self, at: 8), let count = bytes.littleEndian(UInt32.self, at: 12),
            let size = bytes.littleEndian(UInt32.self, at: 16), bytes.count >= ManifestLayout.headerSize
        else { throw ManifestError(.truncated, at: bytes.count) }
        guard version == ManifestLayout.version else { throw ManifestError(.unknownVersion, at: 8) }
        guard 1...UInt32(ManifestLayout.maximumDomainCount) ~= count else {
            throw ManifestError(.wrongDomainCount, at: 12)
        }
        guard Int(size) == bytes.count else { throw ManifestError(.wrongSize, at: 16) }

        domainCount = Int(count)
        self.moduleCount = moduleCount
        guard bytes.count >= textStart else { throw ManifestError(.truncated, at: bytes.count) }
        for index in 0..<domainCount { _ = try domain(at: index, of: bytes) }
    }

    /// Where the records end and the texts begin.
    var textStart: Int { ManifestLayout.headerSize + domainCount * ManifestLayout.recordSize }

    /// Reads the record of domain `index`, which must be in `0..<domainCount`, from the bytes that were parsed.
    public func domain(at index: Int, of bytes: Span<UInt8>) throws(ManifestError) -> ManifestDomain {
        precondition(index >= 0 && index < domainCount, "no such domain in the manifest")
        let record = ManifestLayout.headerSize + index * ManifestLayout.recordSize
        guard record + ManifestLayout.recordSize <= bytes.count else {
            throw ManifestError(.truncated, at: bytes.count)
        }
        let ramdisk = field(20, of: record, in: bytes)
        let vCPUCount = try number(
            28, of: record, in: bytes, allowed: 1...ManifestLayout.maximumVCPUCount, else: .wrongVCPUCount)
        return ManifestDomain(
            name: try name(of: record, in: bytes),
            commandLine: try commandLine(of: record, in: bytes),
            kernelModule: try module(16, of: record, in: bytes),
            ramdiskModule: ramdisk == ManifestLayout.noModule ? nil : try module(20, of: record, in: bytes),
            memory: try number(
                24, of: record, in: bytes, allowed: 1...ManifestLayout.maximumMemory, else: .wrongMemory),
            vCPUCount: Int(vCPUCount),
            uuid: InlineArray { bytes[record + 32 + $0] },
            weight: try number(
                48, of: record, in: bytes, allowed: 1...ManifestLayout.maximumWeight, else: .wrongWeight),
            cap: try number(
                52, of: record, in: bytes, allowed: 0...vCPUCount * ManifestLayout.maximumCapPerVCPU, else: .wrongCap))
    }
}
