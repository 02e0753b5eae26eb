// SPDX-License-Identifier: MIT
import Testing

@testable import XenReference

@Suite("A line of Xen's console")
struct XenConsoleLineTests {
    @Test(
        "is sorted by who said it",
        arguments: [
            ("(d3) ok 1 a test", .domain(3, "ok 1 a test")),
            ("(XEN) d3v0 Triple fault", .hypervisor("d3v0 Triple fault")),
            ("=== start 2", .starting(2)),
            ("=== created 2 1500", .created(2, nanoseconds: 1500)),
            ("=== run 2 3", .running([2, 3])),
            ("=== ring 3 ok 1  two spaces", .ring(3, "ok 1  two spaces")),
            ("=== ring 3 ", .ring(3, "")),
            ("=== end 3 0", .ended(3, reason: "poweroff")),
            ("=== end 3 3", .ended(3, reason: "crash")),
            ("=== end 3 9", .ended(3, reason: "reason 9")),
            ("=== end 3 -", .ended(3, reason: nil)),
            ("=== end 3 ", .ended(3, reason: nil)),
            ("=== done", .done),
            ("=== failed: no xl", .failed("no xl")),
            ("[    0.1] Linux", .other("[    0.1] Linux")),
        ] as [(String, XenConsoleLine)])
    func sorting(line: String, expected: XenConsoleLine) {
        #expect(XenConsoleLine(line) == expected)
    }

    @Test("of a guest cannot pass for one of the control domain")
    func pretence() {
        #expect(XenConsoleLine("(d3) === end 3 0") == .domain(3, "=== end 3 0"))
        #expect(XenConsoleLine("(d3) === done") == .domain(3, "=== done"))
    }

    @Test(
        "with the mark that says nothing sensible is only shown",
        arguments: [
            "=== ", "=== end", "=== end x 0", "=== ring", "=== start", "=== start x", "=== created 2", "=== unknown 3",
        ])
    func nonsense(line: String) {
        #expect(XenConsoleLine(line) == .other(line))
    }
}
