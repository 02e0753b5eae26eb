// SPDX-License-Identifier: MIT
import Foundation
import XenReference

/// The benchmark on the real Xen. A run takes minutes, so its figures are kept.
struct XenBenchmark {
    let suites: [TestSuite]
    let installation: XenInstallation
    /// Seconds of the machine that the guests may take.
    let limit: Int

    /// The figures of an earlier run, and what they belong to.
    private struct Cache: Codable {
        var key: String
        var measurements: [Measurement]
    }

    /// The figures, and whether they are those of an earlier run.
    func measure() async throws(CommandFailure) -> (measurements: [Measurement], areKept: Bool) {
        var groups: [XenGroup] = []
        for suite in suites {
            var domains: [XenDomain] = []
            let first = groups.reduce(1) { $0 + $1.domains.count }
            for guest in try suite.load(firstDomain: first) { domains.append(try guest.xenDomain()) }
            groups.append(XenGroup(domains, limit: limit))
        }
        let path = Locations.built("xen-bench.json")
        let key = "\(installation.version) \(Self.digest(groups.flatMap { $0.domains.flatMap(\.kernel) }))"
        if let data = FileManager.default.contents(atPath: path),
            let cache = try? JSONDecoder().decode(Cache.self, from: data), cache.key == key
        {
            return (cache.measurements, true)
        }
        Terminal.progress("counting instructions on Xen \(installation.version): one to three minutes")
        let measurements = try await run(groups)
        if let data = try? JSONEncoder().encode(Cache(key: key, measurements: measurements)) {
            try InputFile.write(Array(data), to: path)
        }
        return (measurements, false)
    }

    private func run(_ groups: [XenGroup]) async throws(CommandFailure) -> [Measurement] {
        var measurements: [Measurement] = []
        var created: Int?
        var ends: [String?] = []
        let folder = try TemporaryFolder()
        let ending: XenRun.Ending
        do throws(XenReferenceError) {
            let run = XenRun(groups, on: installation, countsInstructions: true)
            ending = try await Heartbeat.during("counting on Xen") { () async throws(XenReferenceError) in
                try await run.run(in: folder.path) { line in
                    switch line {
                    case .starting(let first): Terminal.progress("on Xen: \(name(ofGroupWith: first))")
                    case .domain(_, let text):
                        if let one = Measurement(guestLine: text) { Measurement.merge([one], into: &measurements) }
                    case .created(_, let nanoseconds): created = created ?? nanoseconds
                    case .ended(_, let reason): ends.append(reason)
                    default: break
                    }
                }
            }
        } catch {
            throw RealXen.failure(error)
        }
        if case .stopped(let reason) = ending { throw CommandFailure(.crash, reason) }
        guard !measurements.isEmpty, ends.allSatisfy({ $0 == "poweroff" }) else {
            throw CommandFailure(.testFailed, "the benchmark did not end well on Xen: \(ends.map { $0 ?? "silent" })")
        }
        if let created { measurements.append(Measurement(operation: Self.creation, ticks: created)) }
        return measurements
    }

    /// The suite whose first domain has this number.
    private func name(ofGroupWith first: Int) -> String {
        var number = 1
        for suite in suites {
            if number == first { return suite.name }
            number += suite.members.count
        }
        return "domain \(first)"
    }

    /// The operation that the hypervisor itself measures on Apus, and the control domain on Xen.
    static let creation = "boot from domain building to the first guest instruction"

    /// A number for the guest's bytes (FNV-1a, 64 bits): another guest has other figures.
    private static func digest(_ bytes: [UInt8]) -> String {
        let value = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(value, radix: 16)
    }
}
