// SPDX-License-Identifier: MIT
import DiskImage
import Testing

/// Options for both tools.
struct MatrixCase: CustomTestStringConvertible, Sendable {
    var list: String
    var isCompressed = false
    var options = CreationOptions()

    var testDescription: String { list + (isCompressed ? ", compressed" : "") }

    /// Cluster sizes by widths of reference counts, then by codecs, then what stands alone.
    static let all: [MatrixCase] = {
        var cases: [MatrixCase] = []
        for size: UInt64 in [512, 4096, 65536, 2 << 20] {
            for bits: UInt64 in [1, 2, 4, 8, 16, 32, 64] {
                cases.append(
                    make("cluster_size=\(size),refcount_bits=\(bits)") {
                        ($0.clusterSize, $0.refcountBits) = (size, bits)
                    })
            }
            for codec in ClusterCodec.allCases {
                for bits: UInt64 in [1, 16] {
                    let list = "cluster_size=\(size),refcount_bits=\(bits),compression_type=\(codec.name)"
                    cases.append(
                        make(list, isCompressed: true) {
                            ($0.clusterSize, $0.refcountBits, $0.codec) = (size, bits, codec)
                        })
                }
            }
        }
        for isCompressed in [false, true] {
            cases.append(make("compat=0.10", isCompressed: isCompressed) { $0.version = 2 })
            cases.append(make("extended_l2=on", isCompressed: isCompressed) { $0.hasExtendedEntries = true })
        }
        cases.append(make("lazy_refcounts=on") { $0.hasLazyRefcounts = true })
        cases.append(
            make("extended_l2=on,cluster_size=16384") { ($0.hasExtendedEntries, $0.clusterSize) = (true, 16384) })
        for preallocation in Preallocation.allCases {
            cases.append(make("preallocation=\(preallocation.rawValue)") { $0.preallocation = preallocation })
        }
        return cases
    }()

    private static func make(
        _ list: String, isCompressed: Bool = false, _ change: (inout CreationOptions) -> Void
    ) -> MatrixCase {
        var result = MatrixCase(list: list, isCompressed: isCompressed)
        change(&result.options)
        return result
    }
}

@Suite("Conversion against qemu-img")
struct ConversionMatrixTests {
    private static let contents = TestDisk.contents(2_500_000 / 512 * 512, seed: 11)

    private func convert(_ one: MatrixCase, threads: Int, from source: String, to target: String) throws {
        var conversion = Conversion()
        conversion.options = one.options
        conversion.compresses = one.isCompressed
        conversion.threads = threads
        try conversion.run(from: try ImageOpening(format: .raw).open(source), to: target)
    }

    private func requireContents(_ path: String) throws {
        let image = try ImageOpening.qcow2(path)
        #expect(try image.read(at: .zero, count: Self.contents.count) == Self.contents)
        #expect(try image.check().isClean)
    }

    @Test("what we write qemu-img reads and finds clean; threads change nothing", arguments: MatrixCase.all)
    func written(one: MatrixCase) throws {
        let workspace = try Workspace()
        try workspace.write("a.raw", Self.contents)
        try convert(one, threads: 1, from: workspace.file("a.raw"), to: workspace.file("a.qcow2"))
        try convert(one, threads: 4, from: workspace.file("a.raw"), to: workspace.file("b.qcow2"))
        #expect(try workspace.read("a.qcow2") == workspace.read("b.qcow2"))
        try requireContents(workspace.file("a.qcow2"))
        #expect(workspace.names == ["a.qcow2", "a.raw", "b.qcow2"])
        guard QEMUTool.areInstalled else { return }
        try QEMUTool.requireClean(workspace.file("a.qcow2"))
        try QEMUTool.requireSame(workspace.file("a.raw"), "raw", workspace.file("a.qcow2"), "qcow2")
    }

    @Test("what qemu-img writes we read, and convert back byte for byte", arguments: MatrixCase.all)
    func read(one: MatrixCase) throws {
        guard QEMUTool.areInstalled else { return }
        let workspace = try Workspace()
        try workspace.write("a.raw", Self.contents)
        let packing = one.isCompressed ? ["-c"] : []
        try QEMUTool.image.run(
            ["convert", "-f", "raw", "-O", "qcow2", "-o", one.list] + packing
                + [workspace.file("a.raw"), workspace.file("a.qcow2")])
        try requireContents(workspace.file("a.qcow2"))
        var conversion = Conversion()
        conversion.format = .raw
        conversion.threads = 2
        try conversion.run(from: try ImageOpening.qcow2(workspace.file("a.qcow2")), to: workspace.file("b.raw"))
        #expect(try workspace.read("b.raw") == Self.contents)
    }
}
