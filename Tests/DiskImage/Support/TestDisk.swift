// SPDX-License-Identifier: MIT
@testable import DiskImage

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

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
