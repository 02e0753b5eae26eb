// SPDX-License-Identifier: MIT

import Building
import DomainConfiguration
import Testing

@Suite("Manifest encoder: the kernel reads what it writes")
struct ManifestEncoderTests {
    private let linux = DomainConfiguration(
        name: "linux é", kernel: "vmlinux", ramdisk: "initrd", commandLine: "earlyprintk=xen panic=-1", memory: 256,
        vCPUCount: 4, weight: 768, cap: 250)

    @Test("every field makes the round trip")
    func roundTrip() throws {
        let tiny = DomainConfiguration(name: "tiny", kernel: "tiny.elf", memory: 1)
        let bytes = try ManifestEncoder.encode(
            [
                ManifestEncoder.Entry(domain: linux, kernelModule: 1, ramdiskModule: 2),
                ManifestEncoder.Entry(domain: tiny, kernelModule: 3),
            ], moduleCount: 4)
        let manifest = try Manifest(parsing: bytes.span, moduleCount: 4)
        #expect(manifest.domainCount == 2)
        let first = try manifest.domain(at: 0, of: bytes.span)
        #expect(String(decoding: bytes[first.name], as: UTF8.self) == linux.name)
        #expect(String(decoding: bytes[first.commandLine], as: UTF8.self) == linux.commandLine)
        #expect(first.kernelModule == 1 && first.ramdiskModule == 2)
        #expect(first.memory == 256 && first.vCPUCount == 4)
        #expect((0..<16).map { first.uuid[$0] } == linux.uuid.bytes)
        #expect(first.weight == 768 && first.cap == 250)
        let second = try manifest.domain(at: 1, of: bytes.span)
        #expect(String(decoding: bytes[second.name], as: UTF8.self) == "tiny")
        #expect(second.weight == 256 && second.cap == 0)
        #expect(second.commandLine.isEmpty && second.ramdiskModule == nil && second.kernelModule == 3)
    }

    @Test("the same domains always make the same bytes")
    func reproducible() throws {
        let entry = ManifestEncoder.Entry(domain: linux, kernelModule: 1)
        #expect(
            try ManifestEncoder.encode([entry], moduleCount: 2) == ManifestEncoder.encode([entry], moduleCount: 2))
    }

    @Test("64 domains fit, with the longest command lines")
    func largest() throws {
        let entries = (0..<64).map { index in
            var domain = linux
            domain.name = "domain \(index)"
            domain.uuid = DomainUUID(derivedFromName: domain.name)
            domain.commandLine = String(repeating: "x", count: 4096)
            return ManifestEncoder.Entry(domain: domain, kernelModule: 1)
        }
        let bytes = try ManifestEncoder.encode(entries, moduleCount: 2)
        #expect(try Manifest(parsing: bytes.span, moduleCount: 2).domainCount == 64)
        let one = try #require(entries.first)
        var more = one.domain
        more.name = "one too many"
        more.uuid = DomainUUID(derivedFromName: more.name)
        let refused = entries + [ManifestEncoder.Entry(domain: more, kernelModule: 1)]
        #expect(throws: ManifestEncoderError.self) { try ManifestEncoder.encode(refused, moduleCount: 2) }
    }

    @Test("domains that cannot be told apart are refused")
    func duplicates() {
        let entry = ManifestEncoder.Entry(domain: linux, kernelModule: 1)
        #expect(throws: ManifestEncoderError.duplicateName("linux é")) {
            try ManifestEncoder.encode([entry, entry], moduleCount: 2)
        }
        var other = linux
        other.name = "other"
        #expect(throws: ManifestEncoderError.duplicateUUID(linux.uuid)) {
            try ManifestEncoder.encode(
                [entry, ManifestEncoder.Entry(domain: other, kernelModule: 1)], moduleCount: 2)
        }
    }

    @Test("what the kernel would refuse is refused here")
    func refused() {
        func isRefused(kernel: Int = 1, ramdisk: Int? = nil, _ change: (inout DomainConfiguration) -> Void) -> Bool {
            var domain = linux
            change(&domain)
            let entry = ManifestEncoder.Entry(domain: domain, kernelModule: kernel, ramdiskModule: ramdisk)
            do throws(ManifestEncoderError) {
                _ = try ManifestEncoder.encode([entry], moduleCount: 2)
                return false
            } catch {
                return "\(error)".contains("cannot be described to the kernel")
            }
        }
        #expect(!isRefused { _ in })
        #expect(isRefused { $0.name = "" })
        #expect(isRefused { $0.name = "a\u{1B}" })
        #expect(isRefused { $0.memory = 0 })
        #expect(isRefused { $0.memory = -1 })
        #expect(isRefused { $0.memory = 1 << 40 })
        #expect(isRefused { $0.vCPUCount = 129 })
        #expect(isRefused { $0.weight = 0 })
        #expect(isRefused { $0.weight = -1 })
        #expect(isRefused { $0.cap = 401 })
        #expect(isRefused { $0.commandLine = "a\0b" })
        #expect(isRefused(kernel: 2) { _ in })
        #expect(isRefused(kernel: -1) { _ in })
        #expect(isRefused(ramdisk: 2) { _ in })
        #expect(isRefused(ramdisk: -1) { _ in })
    }
}
