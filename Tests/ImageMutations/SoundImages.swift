import DiskImage
import Foundation
// SPDX-License-Identifier: MIT
import SeededRandom

/// Small images that are in order and have a bit of everything.
enum SoundImages {
    static func make(in folder: String) throws -> [[UInt8]] {
        var shapes: [CreationOptions] = []
        for (size, bits, codec) in [
            (512, 16, ClusterCodec.zlib), (512, 64, .zstd), (1024, 8, .zlib), (4096, 16, .zstd),
        ] {
            var options = CreationOptions()
            (options.clusterSize, options.refcountBits, options.codec) = (UInt64(size), UInt64(bits), codec)
            shapes.append(options)
        }
        var old = CreationOptions()
        (old.version, old.clusterSize) = (2, 1024)
        var extended = CreationOptions()
        (extended.hasExtendedEntries, extended.clusterSize) = (true, 16384)
        return try (shapes + [old, extended]).map { try make($0, in: folder) }
    }

    private static func make(_ options: CreationOptions, in folder: String) throws -> [UInt8] {
        let path = "\(folder)/sound.qcow2"
        try ImageCreation.create(path, format: .qcow2, size: 20 * options.clusterSize, options: options, opening: nil)
        var opening = ImageOpening(format: .qcow2)
        opening.writes = true
        let image = try opening.openQCOW2(path)
        let cluster = Int(options.clusterSize)
        try image.write([UInt8](repeating: 1, count: 3 * cluster)[...], at: .zero)
        for number in 5..<9 {
            let text = (0..<cluster).map { UInt8(truncatingIfNeeded: $0 / 7 * number) }
            _ = try image.writePacked(text, at: GuestOffset(UInt64(number * cluster)))
        }
        try image.createSnapshot(named: "first")
        try image.write([UInt8](repeating: 2, count: cluster)[...], at: GuestOffset(UInt64(cluster)))
        try image.writeZeros(at: GuestOffset(UInt64(10 * cluster)), count: UInt64(cluster))
        try image.close()
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

extension SeededRandom {
    /// The random numbers of one case.
    init(case number: UInt64) { self.init(seed: number &* 0x9E37_79B9_7F4A_7C15) }

    /// The image with one to four damages: to bytes, to numbers of tables, or to its length.
    mutating func damage(_ image: [UInt8]) -> [UInt8] {
        var result = image
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            switch Int.random(in: 0..<10, using: &self) {
            case 0: result = Array(result.prefix(Int.random(in: 0...result.count, using: &self)))
            case 1...4: damageByte(&result, within: 120)
            case 5, 6: damageByte(&result, within: result.count)
            default: damageNumber(&result)
            }
        }
        return result
    }

    private mutating func damageByte(_ bytes: inout [UInt8], within count: Int) {
        guard !bytes.isEmpty else { return }
        let special: [UInt8] = [0, 1, 2, 4, 9, 0x10, 0x40, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &self)]
        bytes[Int.random(in: 0..<min(count, bytes.count), using: &self)] = special.randomElement(using: &self) ?? 0
    }

    /// Puts one table entry in the place of another, or a special number: most numbers of an image are table entries.
    private mutating func damageNumber(_ bytes: inout [UInt8]) {
        guard bytes.count >= 16 else { return }
        let used = (0..<bytes.count / 8).filter { bytes[$0 * 8..<$0 * 8 + 8].contains { $0 != 0 } }
        guard let target = used.randomElement(using: &self), let source = used.randomElement(using: &self) else {
            return
        }
        let copy = Array(bytes[source * 8..<source * 8 + 8])
        bytes.replaceSubrange(target * 8..<target * 8 + 8, with: copy)
        if Bool.random(using: &self) {
            bytes[target * 8 + Int.random(in: 0..<8, using: &self)] ^= 1 << UInt8.random(in: 0..<8, using: &self)
        }
    }
}
