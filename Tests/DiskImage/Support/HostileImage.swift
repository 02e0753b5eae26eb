// SPDX-License-Identifier: MIT
@testable import DiskImage

/// A small image that is in order, to be damaged.
struct HostileImage {
    /// Bytes in a cluster of the image.
    static let clusterSize = 4096

    var bytes: [UInt8]
    /// Where its tables lie.
    let l1: Int
    let l2: Int
    let data: Int
    let refcountTable: Int
    let refcountBlock: Int

    /// An image of a disk of 1 MiB with two clusters of data.
    init(_ workspace: Workspace, _ change: (inout CreationOptions) -> Void = { _ in }) throws {
        var options = CreationOptions()
        options.clusterSize = UInt64(Self.clusterSize)
        change(&options)
        let path = workspace.file("sound.qcow2")
        try ImageCreation.create(path, format: .qcow2, size: 1 << 20, options: options, opening: nil)
        let image = try ImageOpening.qcow2(path, writes: true)
        try image.write([UInt8](repeating: 7, count: 2 * Int(options.clusterSize))[...], at: .zero)
        try image.close()
        bytes = try workspace.read("sound.qcow2")
        l1 = Int(image.header.l1Offset.bytes)
        l2 = Int(bytes.bigEndian(UInt64.self, at: l1) & L2Entry.offsetMask)
        data = Int(bytes.bigEndian(UInt64.self, at: l2) & L2Entry.offsetMask)
        refcountTable = Int(image.header.refcountTableOffset.bytes)
        refcountBlock = Int(bytes.bigEndian(UInt64.self, at: refcountTable))
    }

    /// The image with numbers of 32 bits put into it.
    func with32(_ changes: (at: Int, UInt32)...) -> [UInt8] {
        var result = bytes
        for change in changes { result.setBigEndian(change.1, at: change.at) }
        return result
    }

    /// The image with numbers of 64 bits put into it.
    func with64(_ changes: (at: Int, UInt64)...) -> [UInt8] {
        var result = bytes
        for change in changes { result.setBigEndian(change.1, at: change.at) }
        return result
    }
}
