// SPDX-License-Identifier: MIT

import Building
import SeededRandom
import Testing

@Suite("Manifest: domains handed from the host tool to the kernel")
struct ManifestTests {
    /// The rule that parsing `bytes` breaks, or nil.
    private func brokenRule(_ bytes: [UInt8], moduleCount: Int = 4) -> ManifestError.Rule? {
        do throws(ManifestError) {
            _ = try Manifest(parsing: bytes.span, moduleCount: moduleCount)
            return nil
        } catch {
            return error.rule
        }
    }

    /// The rule that is broken once `change` has been made to the first domain of a good manifest.
    private func brokenRule(_ change: (inout TestManifest.Domain) -> Void) -> ManifestError.Rule? {
        var manifest = TestManifest()
        change(&manifest.domains[0])
        return brokenRule(manifest.bytes)
    }

    /// The rule that is broken once `bytes` stand at `offset` of a good manifest.
    private func brokenRule(_ bytes: [UInt8], at offset: Int) -> ManifestError.Rule? {
        var manifest = TestManifest().bytes
        manifest.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return brokenRule(manifest)
    }

    @Test("every field of every domain is read back")
    func fields() throws {
        let bytes = TestManifest().bytes
        let manifest = try Manifest(parsing: bytes.span, moduleCount: 4)
        #expect(manifest.domainCount == 2)
        let first = try manifest.domain(at: 0, of: bytes.span)
        #expect(Array(bytes[first.name]) == Array("guest".utf8))
        #expect(Array(bytes[first.commandLine]) == Array("quiet".utf8))
        #expect(first.kernelModule == 1)
        #expect(first.ramdiskModule == nil)
        #expect(first.memory == 256)
        #expect(first.vCPUCount == 1)
        #expect(first.weight == 256 && first.cap == 0)
        #expect((0..<16).allSatisfy { first.uuid[$0] == UInt8($0) })
        let second = try manifest.domain(at: 1, of: bytes.span)
        #expect(String(decoding: bytes[second.name], as: UTF8.self) == "zweitér")
        #expect(second.commandLine.isEmpty)
        #expect(second.kernelModule == 2)
        #expect(second.ramdiskModule == 3)
        #expect(second.weight == 65_535 && second.cap == 150)
    }

    @Test("64 domains are accepted, none and 65 are not")
    func count() {
        let domains = { TestManifest(domains: Array(repeating: TestManifest.Domain(), count: $0)).bytes }
        #expect(brokenRule(domains(64)) == nil)
        #expect(brokenRule(domains(65)) == .wrongDomainCount)
        #expect(brokenRule(domains(0)) == .wrongDomainCount)
    }

    @Test("a manifest is known by its magic, whatever follows")
    func magic() {
        let isManifest = { (bytes: [UInt8]) in Manifest.isManifest(bytes.span) }
        #expect(isManifest(TestManifest().bytes))
        #expect(isManifest(Array("ApusDoms".utf8)))
        #expect(!isManifest(Array("ApusDom".utf8)))
        #expect(!isManifest(TestELF().bytes))
        #expect(brokenRule(TestELF().bytes) == .noManifest)
        #expect(brokenRule([]) == .noManifest)
    }

    @Test("a header that is wrong")
    func header() {
        #expect(brokenRule([1], at: 8) == .unknownVersion)
        #expect(brokenRule(TestManifest().bytes + [0]) == .wrongSize)
        #expect(brokenRule(Array("ApusDoms".utf8)) == .truncated)
        let onlyHeader = Array("ApusDoms".utf8) + [2, 0, 0, 0, 1, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0]
        #expect(brokenRule(onlyHeader) == .truncated)
    }

    @Test("a domain with a field that no domain can have")
    func domains() {
        #expect(brokenRule { $0.name = [] } == .wrongNameLength)
        #expect(brokenRule { $0.name = Array(repeating: 0x61, count: 65) } == .wrongNameLength)
        #expect(brokenRule { $0.name = Array(repeating: 0x61, count: 64) } == nil)
        #expect(brokenRule { $0.name = [0x61, 0x1B] } == .unprintableName)
        #expect(brokenRule { $0.name = [0x61, 0xFF] } == .unprintableName)
        #expect(brokenRule { $0.name = [0xC3] } == .unprintableName)
        #expect(brokenRule { $0.commandLine = [0x61, 0] } == .zeroInCommandLine)
        #expect(brokenRule { $0.commandLine = Array(repeating: 0x61, count: 4097) } == .commandLineTooLong)
        #expect(brokenRule { $0.commandLine = Array(repeating: 0x61, count: 4096) } == nil)
        #expect(brokenRule { $0.kernel = 4 } == .noSuchModule)
        #expect(brokenRule { $0.kernel = .max } == .noSuchModule)
        #expect(brokenRule { $0.ramdisk = 4 } == .noSuchModule)
        #expect(brokenRule { $0.memory = 0 } == .wrongMemory)
        #expect(brokenRule { $0.memory = (1 << 20) + 1 } == .wrongMemory)
        #expect(brokenRule { $0.vCPUs = 0 } == .wrongVCPUCount)
        #expect(brokenRule { $0.vCPUs = 129 } == .wrongVCPUCount)
        #expect(brokenRule { $0.weight = 0 } == .wrongWeight)
        #expect(brokenRule { $0.weight = 65_536 } == .wrongWeight)
        #expect(brokenRule { $0.cap = 100 } == nil)
        #expect(brokenRule { $0.cap = 101 } == .wrongCap)
        #expect(brokenRule { ($0.cap, $0.vCPUs) = (12_800, 128) } == nil)
        #expect(brokenRule { $0.cap = .max } == .wrongCap)
    }

    @Test("texts that lie outside the text part")
    func texts() {
        #expect(brokenRule([0, 0, 0, 0], at: 24) == .textOutsideManifest)
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0xFF], at: 24) == .textOutsideManifest)
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0xFF], at: 28) == .textOutsideManifest)
        #expect(brokenRule([0xFF, 0xFF, 0xFF, 0xFF], at: 36) == .textOutsideManifest)
    }

    @Test("an error names the offset of the field that is wrong")
    func offsets() throws {
        var manifest = TestManifest()
        manifest.domains[1].memory = 0
        let bytes = manifest.bytes
        let error = #expect(throws: ManifestError.self) { try Manifest(parsing: bytes.span, moduleCount: 4) }
        #expect(error?.offset == 24 + 56 + 24)
        #expect("\(try #require(error).message)".contains("memory"))
    }

    @Test("a manifest that is cut off anywhere is refused")
    func truncation() {
        let bytes = TestManifest().bytes
        for length in bytes.indices {
            #expect(brokenRule(Array(bytes.prefix(length))) != nil, "cut off at \(length)")
        }
    }

    @Test("10 000 damaged manifests are either refused or hold what they promise")
    func mutation() throws {
        var random = SeededRandom(seed: 5)
        var accepted = 0
        for _ in 0..<10_000 {
            let bytes = random.mutate(TestManifest().bytes)
            guard let manifest = try? Manifest(parsing: bytes.span, moduleCount: 4) else { continue }
            accepted += 1
            for index in 0..<manifest.domainCount {
                let domain = try manifest.domain(at: index, of: bytes.span)
                #expect(domain.name.upperBound <= bytes.count && domain.commandLine.upperBound <= bytes.count)
                #expect(domain.kernelModule < 4 && (domain.ramdiskModule ?? 0) < 4)
                #expect(1...128 ~= domain.vCPUCount && domain.memory > 0)
            }
        }
        // Both outcomes must have been seen, or the test has proven nothing.
        #expect((500..<9500).contains(accepted))
    }
}
