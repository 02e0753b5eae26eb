// SPDX-License-Identifier: MIT
import Foundation

extension HypervisorComparison {
    /// The comparison as JSON: `xen`, the version; `good`; `counts` by judgement; `tests`, each with `suite`, `test`, `xen`,
    /// `apus`, `judgement`, and `note` where there is one.
    public func json(version: String) throws -> String {
        let tests = rows.map { row in
            Document.Test(
                suite: row.suite, test: row.test, xen: row.xen, apus: row.apus, judgement: row.judgement.name,
                note: row.judgement.note)
        }
        let counts = Dictionary(counts.map { ($0.name, $0.count) }) { first, _ in first }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(xen: version, good: isGood, counts: counts, tests: tests)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }

    private struct Document: Encodable {
        struct Test: Encodable {
            var suite, test, xen, apus, judgement: String
            var note: String?
        }

        var xen: String
        var good: Bool
        var counts: [String: Int]
        var tests: [Test]
    }
}
