// SPDX-License-Identifier: MIT

/// What can be told of an image without reading its data.
public struct ImageInformation: Sendable {
    /// What only qcow2 images have.
    public struct QCOW2: Sendable {
        public var version: UInt32
        public var codec: ClusterCodec
        public var hasLazyRefcounts: Bool
        public var refcountBits: UInt64
        public var isCorrupt: Bool
        public var isDirty: Bool
        public var hasExtendedEntries: Bool
        public var clusterSize: UInt64
        public var backingName: String?
        public var backingFormat: String?
        /// Where the backing file is looked for; nil when its name is no file name.
        public var backingPath: String?
        public var snapshots: [Snapshot]
        public var bitmaps: [PersistentBitmap]
    }

    public var path: String
    public var format: DiskFormat
    public var virtualSize: UInt64
    /// Bytes that the file occupies on the host.
    public var allocatedSize: UInt64
    public var qcow2: QCOW2?

    /// Looks at an open image; its backing file is not touched.
    public init(_ image: any DiskImage) throws(DiskImageError) {
        path = image.path
        format = image.format
        virtualSize = image.virtualSize
        allocatedSize = try image.file.allocatedSize()
        guard let image = image as? QCOW2Image else { return }
        let header = image.header
        qcow2 = QCOW2(
            version: header.version, codec: header.codec,
            hasLazyRefcounts: header.compatible.contains(.lazyRefcounts), refcountBits: header.geometry.refcountBits,
            isCorrupt: header.incompatible.contains(.corrupt), isDirty: header.incompatible.contains(.dirty),
            hasExtendedEntries: header.geometry.hasExtendedEntries, clusterSize: image.clusterSize,
            backingName: header.backingName, backingFormat: header.backingFormat,
            backingPath: header.backingName.flatMap { try? image.backingPath($0) }, snapshots: try image.snapshots(),
            bitmaps: try image.bitmaps())
    }

    /// The images of a chain, from the uppermost to the lowest.
    public static func chain(_ image: any DiskImage) throws(DiskImageError) -> [ImageInformation] {
        var result = [try ImageInformation(image)]
        var next = image.backing
        while let image = next {
            result.append(try ImageInformation(image))
            next = image.backing
        }
        return result
    }
}
