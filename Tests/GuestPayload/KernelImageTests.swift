// SPDX-License-Identifier: MIT

import GuestPayload
import Testing

@Suite("Kernel images: what a kernel is taken out of")
struct KernelImageTests {
    @Test("an ELF file is taken as it is")
    func elf() throws {
        let elf = TestKernel.elf()
        let kernel = try KernelImage(contents: elf, name: "kernel")
        #expect(kernel.elf == elf)
        #expect(kernel.origin == .elf)
        #expect(kernel.image.entry == 0x10_0000)
    }

    @Test("a small kernel is taken out of a bzImage in every form of compression", arguments: Compressor.allCases)
    func bzImage(compressor: Compressor) throws {
        let elf = TestKernel.elf()
        let file = TestKernel.bzImage(
            payload: compressor.packedKernel, size: elf.count, appendsSize: compressor.appendsSize)
        let kernel = try KernelImage(contents: file, name: "bzImage")
        #expect(kernel.elf == elf)
        #expect(kernel.origin == .bzImage(compression: compressor.name))
    }

    @Test("a kernel that is compressed as a whole is unpacked", arguments: Compressor.allCases)
    func compressed(compressor: Compressor) throws {
        let kernel = try KernelImage(contents: compressor.packedKernel, name: "kernel")
        #expect(kernel.elf == TestKernel.elf())
        #expect(kernel.origin == .compressedELF(compression: compressor.name))
    }

    // LZ4 cuts its data into blocks of 8 MiB, so this takes two.
    @Test("a kernel of 9 MB, packed by the system's tools, comes back whole", arguments: Compressor.allCases)
    func large(compressor: Compressor) throws {
        let elf = TestKernel.elf(size: 9_000_000)
        // Without the tool a small kernel stands in, which the other tests have as well.
        let packed = try compressor.pack(elf)
        let expected = packed == nil ? TestKernel.elf() : elf
        let payload = packed ?? compressor.packedKernel
        let file = TestKernel.bzImage(payload: payload, size: expected.count, appendsSize: compressor.appendsSize)
        let isWhole = try KernelImage(contents: file, name: "bzImage").elf == expected
        #expect(isWhole)
        let isWholeUnsized = try KernelImage(contents: payload, name: "kernel").elf == expected
        #expect(isWholeUnsized)
    }

    @Test("a setup of 0 sectors stands for 4")
    func setupSectors() throws {
        let elf = TestKernel.elf()
        for sectors in [UInt8(0), 4, 255] {
            let file = TestKernel.bzImage(
                payload: Compressor.xz.packedKernel, size: elf.count, setupSectors: sectors)
            #expect(try KernelImage(contents: file, name: "bzImage").elf == elf)
        }
    }
}
