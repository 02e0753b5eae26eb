// SPDX-License-Identifier: MIT

import Building
import SeededRandom
import Testing

@Suite("Guest images: no input makes the parser trap")
struct GuestImageMutationTests {
    private static let shapes: [TestELF] = [
        TestELF(), TestELF(machine: 62), TestELF(isWide: true, machine: 62), TestELF(notePlace: .section),
        TestELF(isWide: true, notePlace: .section),
    ]

    /// What a caller relies on in an image that was accepted.
    private func check(_ image: GuestImage, of file: [UInt8]) {
        #expect(image.segments.count >= 1)
        #expect(image.endAddress <= 1 << 32)
        var holdsEntry = false
        for index in 0..<image.segments.count {
            let segment = image.segments[index]
            #expect(segment.fileRange.upperBound <= file.count)
            #expect(UInt64(segment.fileRange.count) <= segment.memorySize)
            #expect(segment.physicalAddress >= image.lowestAddress && segment.endAddress <= image.endAddress)
            let addresses = segment.physicalAddress..<segment.endAddress
            if addresses.contains(UInt64(image.entry)) { holdsEntry = true }
        }
        #expect(holdsEntry)
    }

    @Test("a file that is cut off anywhere is refused", arguments: 0..<5)
    func truncation(shape: Int) {
        let file = Self.shapes[shape].bytes
        for length in file.indices {
            let head = Array(file.prefix(length))
            #expect(throws: GuestImageError.self, "cut off at \(length)") { try GuestImage(parsing: head.span) }
        }
    }

    @Test("10 000 damaged files are either refused or hold what they promise")
    func mutation() {
        var random = SeededRandom(seed: 2)
        var accepted = 0
        for round in 0..<10_000 {
            let file = random.mutate(Self.shapes[round % Self.shapes.count].bytes)
            guard let image = try? GuestImage(parsing: file.span) else { continue }
            accepted += 1
            check(image, of: file)
        }
        // Both outcomes must have been seen, or the test has proven nothing.
        #expect((1000..<9000).contains(accepted))
    }

    @Test("2 000 files of noise behind an ELF magic are refused")
    func noise() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<2000 {
            var file: [UInt8] = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
            file.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, UInt8.random(in: 1...2, using: &random), 1])
            #expect(throws: GuestImageError.self) { try GuestImage(parsing: file.span) }
        }
    }
}
