// SPDX-License-Identifier: MIT
import Architecture

@testable import Hypervisor

/// A small PVH kernel in ELF form, made by hand: one segment, and the note that names its entry. (System V ABI, chapters 4
/// and 5; Xen public header `elfnote.h`)
struct TestKernel {
    /// Where the segment goes in guest-physical memory.
    var address: UInt32 = 0x1_0000
    /// Its bytes.
    var code: [UInt8] = [0xF4, 0xEB, 0xFD]
    /// Its size in memory: what lies behind the code is zero.
    var memorySize: UInt32 = 0x1800
    /// The entry that the note names, relative to the segment.
    var entryOffset: UInt32 = 0
    /// Whether there is a note.
    var hasNote = true

    /// The whole file.
    var bytes: [UInt8] {
        let headers: UInt32 = 52 + 2 * 32
        var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        file += half(2) + half(3) + word(1) + word(address) + word(52) + word(0) + word(0)
        file += half(52) + half(32) + half(hasNote ? 2 : 1) + half(40) + half(0) + half(0)
        file += word(1) + word(headers + 20) + word(address) + word(address) + word(UInt32(code.count))
        file += word(memorySize) + word(7) + word(4096)
        file += word(4) + word(headers) + word(0) + word(0) + word(20) + word(0) + word(4) + word(4)
        file += word(4) + word(4) + word(18) + Array("Xen\0".utf8) + word(address + entryOffset)
        return file + code
    }

    private func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

    private func half(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }
}

extension TestArena {
    /// Puts bytes into frames of their own, in a row, as a loader does with a module.
    func load(_ bytes: [UInt8]) throws -> HostRange {
        let frames = (UInt64(bytes.count) + frameSize - 1) / frameSize
        let run = frames <= 1 ? allocator.takeFrame() : allocator.takeFrames(frames)
        guard let first = run else { throw MissingFrame() }
        for (index, byte) in bytes.enumerated() {
            PhysicalMemory.write(byte, at: first.address.advanced(by: UInt64(index)))
        }
        return HostRange(start: first.address, count: UInt64(bytes.count))
    }
}
