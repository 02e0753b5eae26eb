// SPDX-License-Identifier: MIT
import SeededRandom

@testable import DiskImage

extension SeededRandom {
    /// Bytes that cannot be packed.
    mutating func noise(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            let number = next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        return Array(bytes.prefix(count))
    }
}

/// The contents of disks for tests.
enum TestDisk {
    /// Stretches of noise, text and zeros, of many lengths.
    static func contents(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let length = [512, 4096, 5000, 65536, 100_000, 300_000].randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes += random.noise(length)
            case 1: bytes += Array("line \(bytes.count) of a text that can be packed\n".utf8).repeated(to: length)
            default: bytes += [UInt8](repeating: 0, count: length)
            }
        }
        return Array(bytes.prefix(count))
    }
}

extension [UInt8] {
    /// These bytes again and again, `length` in all.
    func repeated(to length: Int) -> [UInt8] {
        Array(repeatElement(self, count: length / count + 1).joined().prefix(length))
    }
}

extension ImageOpening {
    /// Opens a qcow2 image of a test.
    static func qcow2(_ path: String, writes: Bool = false) throws(DiskImageError) -> QCOW2Image {
        var opening = ImageOpening(format: .qcow2)
        opening.writes = writes
        return try opening.openQCOW2(path)
    }
}
