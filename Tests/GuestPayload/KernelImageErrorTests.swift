// SPDX-License-Identifier: MIT

import Foundation
import GuestPayload
import Testing

@Suite("Kernel images: what is refused, and how")
struct KernelImageErrorTests {
    private let elf = TestKernel.elf()

    /// Why `contents` are refused; nil where they are accepted.
    private func reason(_ contents: [UInt8]) -> KernelImageError.Reason? {
        do throws(KernelImageError) {
            _ = try KernelImage(contents: contents, name: "kernel")
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("files that are no kernel")
    func others() throws {
        #expect(reason([]) == .unknownFormat)
        #expect(reason(Array("#!/bin/sh\n".utf8)) == .unknownFormat)
        #expect(reason([0x7F, 0x45, 0x4C, 0x46]) != nil)
        let error = #expect(throws: KernelImageError.self) { try KernelImage(contents: [1], name: "a/b.img") }
        #expect(
            error?.description == "a/b.img: not a kernel; give a PVH kernel in ELF form or a Linux bzImage")
    }

    @Test("an ELF file without a PVH entry, plain or packed")
    func notPVH() throws {
        var plain = elf
        plain[128] = 17
        guard case .notPVH(let error) = reason(plain) else { throw Unexpected() }
        #expect(error.rule == .noEntryNote)
        let described = #expect(throws: KernelImageError.self) { try KernelImage(contents: plain, name: "vmlinux") }
        #expect(
            described?.description
                == "vmlinux: no PHYS32_ENTRY note: this kernel cannot be started as a PVH guest (at offset 0)")
    }

    @Test("files that cannot be read")
    func unreadable() {
        for path in ["/nonexistent/kernel", "/"] {
            let error = #expect(throws: KernelImageError.self) { try KernelImage(path: path) }
            #expect(error?.reason == .unreadable)
            #expect(error?.file == path)
        }
    }

    @Test("bzImages that cannot be right")
    func bzImages() {
        let payload = Compressor.xz.packedKernel
        #expect(reason(TestKernel.bzImage(payload: payload, size: elf.count, version: 0x0207)) == .noPayload)
        #expect(reason(TestKernel.bzImage(payload: [], size: 0, appendsSize: false)) == .noPayload)
        #expect(reason(TestKernel.bzImage(payload: payload, size: (1 << 30) + 1)) == .tooLarge)
        for size in [0, 1, elf.count - 1, elf.count + 1, 1 << 30] {
            let file = TestKernel.bzImage(payload: payload, size: size)
            #expect(reason(file) == .wrongPayloadSize(expected: size))
        }
        let unknown = TestKernel.bzImage(payload: Array("BZh91AY&SY".utf8), size: 5)
        #expect(reason(unknown) == .unknownCompression(Array("BZh91A".utf8)))
    }

    @Test("a bzImage whose numbers point anywhere is refused, not followed")
    func wildOffsets() {
        let good = TestKernel.bzImage(payload: Compressor.gzip.packedKernel, size: 0, appendsSize: false)
        for offset in [0x248, 0x24C] {
            for value in [0x7FFF_FFFF, 0xFFFF_FFFF, good.count] {
                var file = good
                file.replaceSubrange(offset..<offset + 4, with: TestKernel.number(value))
                #expect(reason(file) == .truncatedImage)
            }
        }
    }

    @Test("a bzImage that is cut off anywhere is refused", arguments: Compressor.allCases)
    func truncatedImage(compressor: Compressor) {
        let file = TestKernel.bzImage(
            payload: compressor.packedKernel, size: elf.count, appendsSize: compressor.appendsSize)
        for length in 0..<file.count - 32 {
            let reason = reason(Array(file.prefix(length)))
            #expect(reason == .unknownFormat || reason == .truncatedImage, "cut off at \(length)")
        }
    }

    @Test("a payload that is cut off anywhere is refused", arguments: Compressor.allCases)
    func truncatedPayload(compressor: Compressor) {
        let payload = compressor.packedKernel
        for length in 8..<payload.count {
            let cut = Array(payload.prefix(length))
            let file = TestKernel.bzImage(payload: cut, size: elf.count, appendsSize: compressor.appendsSize)
            #expect(reason(file) != nil, "cut off at \(length)")
            #expect(reason(cut) != nil, "cut off at \(length)")
        }
        let half = TestKernel.bzImage(payload: Array(payload.prefix(payload.count / 2)), size: elf.count)
        #expect(reason(half) == .truncatedPayload(compression: compressor.name))
    }

    @Test("a payload with any byte changed is refused, or at least has the right size", arguments: Compressor.allCases)
    func corruptedPayload(compressor: Compressor) throws {
        let payload = compressor.packedKernel
        var refused = 0
        for offset in payload.indices {
            for change in [UInt8(0x01), 0x80, 0xFF] {
                var damaged = payload
                damaged[offset] ^= change
                let file = TestKernel.bzImage(
                    payload: damaged, size: elf.count, appendsSize: compressor.appendsSize)
                do throws(KernelImageError) {
                    #expect(try KernelImage(contents: file, name: "bzImage").elf.count == elf.count)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > payload.count)
    }

    @Test("data that unpacks to far more than any kernel is refused without being unpacked whole")
    func bomb() throws {
        guard let packed = try Compressor.zstd.pack(Array(repeating: 0, count: 64 << 20)) else { return }
        #expect(packed.count < 100_000)
        let file = TestKernel.bzImage(payload: packed, size: 4096)
        #expect(reason(file) == .wrongPayloadSize(expected: 4096))
    }

    private struct Unexpected: Error {}
}
