// SPDX-License-Identifier: MIT

/// Copies a disk into another image, on several threads. The result does not depend on how many there are.
public struct Conversion: Sendable {
    /// The format of a new target.
    public var format = DiskFormat.qcow2
    /// What a new target is like. With a backing file, only what the source says itself is copied, not what the
    /// source's own backing file says.
    public var options = CreationOptions()
    /// Whether the clusters of the target are packed.
    public var compresses = false
    /// Blocks of this many bytes that are zero become holes; 0 copies everything, zeros as well.
    public var sparseSize = 4096
    /// How many threads work.
    public var threads = 1
    /// Progress, and the way to stop.
    public var control = OperationControl()

    /// Bytes that a thread works on at a time, at least: so few that they are still in the processor's cache when they
    /// are written.
    static let chunkSize = 256 << 10

    /// The block size that zeros are looked for in: clusters that are packed are looked at one by one.
    var scannedSize: Int { compresses ? min(sparseSize, Int(options.clusterSize)) : sparseSize }

    /// To an uncompressed qcow2 image with the standard options.
    public init() {}

    /// Copies into a new image, which appears under its name when it is complete.
    public func run(from source: any DiskImage, to path: String) throws(DiskImageError) {
        guard !compresses || format == .qcow2 else { throw .usage("raw images cannot be compressed; use -O qcow2") }
        guard try !source.file.isFile(at: path) else {
            throw .usage("\(path): source and target are the same file; convert into another, then rename it")
        }
        let new = try NewImage(path, format: format, size: source.virtualSize, options: options)
        switch new.image {
        case let image as QCOW2Image: try copy(from: source, to: FreshQCOW2Target(image, compresses: compresses))
        default: try copy(from: source, to: FreshRawTarget(new.image))
        }
        try new.finish()
    }

    /// Copies over the contents of an image that is there; it has to be as large as the source at least.
    public func run(from source: any DiskImage, over target: any DiskImage) throws(DiskImageError) {
        guard target.virtualSize >= source.virtualSize else {
            throw .refused(
                file: target.path,
                reason:
                    "its \(target.virtualSize) bytes cannot hold the \(source.virtualSize) bytes of the source; resize it first"
            )
        }
        guard !compresses else { throw .usage("only a new image can be compressed; leave out -n") }
        try (target as? QCOW2Image)?.requireNoBitmaps(for: "overwriting it")
        try copy(from: source, to: PresentTarget(target))
        try (target as? QCOW2Image)?.close()
    }

    private func copy(from source: any DiskImage, to target: any ConversionTarget) throws(DiskImageError) {
        control.begin(total: source.virtualSize)
        let reader = ChunkReader(
            source: source, followsBacking: options.backing == nil,
            chunkSize: max(Conversion.chunkSize, Int(target.unit)),
            unit: target.unit, keepsZeros: sparseSize == 0)
        let pipeline = ConversionPipeline(reader: reader, target: target, conversion: self)
        try pipeline.run()
    }
}
