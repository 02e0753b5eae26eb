import Architecture
// SPDX-License-Identifier: MIT
import SeededRandom
import Testing
import XenInterface

@testable import Hypervisor

/// The physical map does many random things, and a dictionary does the same.
struct PhysicalMapModelTests {
    let arena = TestArena()

    /// Guest frames that share tables in every way: the same one, the same level 2, the same level 3, nothing.
    private static let frames: [UInt64] =
        (0..<6).map { $0 } + (0x200..<0x206).map { $0 } + [0x3FF, 0x400, 0x7FF, 0x3_FFFF, 0x4_0000, 0x4_0001]
        + [0x7FF_FFFF, 0x800_0000, NestedPageTables.frameLimit - 1, NestedPageTables.frameLimit, 1 << 40]

    /// What is mapped, by guest frame.
    private struct Model {
        var mappings: [UInt64: (frame: HostFrame, use: FrameUse)] = [:]
        var ramCount: UInt64 { UInt64(mappings.values.count { $0.use == .ram }) }

        func isFree(_ range: Range<UInt64>) -> Bool { mappings.keys.allSatisfy { !range.contains($0) } }
    }

    @Test(
        "10,000 random operations agree with a dictionary, and no frame is lost", arguments: [UInt64(11)],
        NestedPageTableFormat.both)
    func randomOperations(seed: UInt64, format: NestedPageTableFormat) throws {
        let shown = try arena.takeZeroedFrame()
        let before = arena.allocator.freeCount
        do {
            let map = try TestMap(arena, format: format)
            var model = Model()
            var random = SeededRandom(seed: seed)
            for step in 0..<10_000 {
                try change(map, &model, shown, &random)
                let used = model.ramCount + map.tableCount + 1  // and the translations that are kept
                guard arena.allocator.freeCount + used == before, map.ramFrameCount == model.ramCount else {
                    Issue.record("step \(step): \(arena.allocator.freeCount) free, \(used) used of \(before)")
                    return
                }
                if step % 100 == 0 { compare(map, model) }
            }
            compare(map, model)
            for number in model.mappings.keys { try map.unmap(number) }
            #expect(map.tableCount == 1)
            #expect(arena.allocator.freeCount == before - 2)
        }
        #expect(arena.allocator.freeCount == before)
    }

    private func change(
        _ map: TestMap, _ model: inout Model, _ shown: HostFrame, _ random: inout SeededRandom
    ) throws {
        let number = Self.frames.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<7: try mapMemory(number, map, &model)
        case 7..<14:
            try map.unmap(number)
            model.mappings[number] = nil
        case 14..<16: mapSpecial(number, shown, map, &model)
        case 16..<19: move(number, to: Self.frames.randomElement(using: &random) ?? 0, map, &model)
        default: mapLarge(number & ~511, map, &model)
        }
    }

    private func mapMemory(_ number: UInt64, _ map: TestMap, _ model: inout Model) throws {
        guard let frame = arena.allocator.takeFrame() else { return }
        do throws(XenError) {
            try map.map(number, to: frame, use: .ram)
            #expect(model.mappings[number] == nil && number < NestedPageTables.frameLimit)
            model.mappings[number] = (frame, .ram)
        } catch {
            arena.allocator.free(frame)
            #expect(error == (number < NestedPageTables.frameLimit ? .alreadyExists : .invalidArgument))
        }
    }

    private func mapSpecial(_ number: UInt64, _ shown: HostFrame, _ map: TestMap, _ model: inout Model) {
        if (try? map.map(number, to: shown, use: .special)) != nil { model.mappings[number] = (shown, .special) }
    }

    private func move(_ source: UInt64, to place: UInt64, _ map: TestMap, _ model: inout Model) {
        let moved = model.mappings[source]
        do throws(XenError) {
            try map.move(source, to: place)
            guard let moved, moved.use == .ram else { return }
            model.mappings[source] = nil
            model.mappings[place] = moved
        } catch {
            #expect(model.mappings[place] != nil || place >= NestedPageTables.frameLimit)
        }
    }

    private func mapLarge(_ number: UInt64, _ map: TestMap, _ model: inout Model) {
        guard model.isFree(number..<number + 512), number < NestedPageTables.frameLimit,
            let first = try? map.mapLarge(number)
        else { return }
        for offset in UInt64(0)..<512 { model.mappings[number + offset] = (first.advanced(by: offset), .ram) }
    }

    private func compare(_ map: TestMap, _ model: Model) {
        for number in Self.frames {
            #expect(map.lookup(number)?.frame == model.mappings[number]?.frame)
            #expect(map.lookup(number)?.use == model.mappings[number]?.use)
            let address = GuestFrame(number).address.value
            #expect(map.translate(address) == model.mappings[number]?.frame.address.value)
        }
        for (number, mapping) in model.mappings where map.lookup(number)?.frame != mapping.frame {
            Issue.record("guest frame \(number) is not where it should be")
        }
    }
}
