// SPDX-License-Identifier: MIT
import Testing

@testable import Emulator

@Suite("The console")
struct ConsoleTests {
    @Test("is cut into lines, whatever the chunks, with overlong lines cut and carriage returns dropped")
    func lines() {
        var assembler = LineAssembler()
        #expect(assembler.consume(Array("one\r\ntw".utf8)) == [Array("one".utf8)])
        #expect(assembler.consume(Array("o\n\nrest".utf8)) == [Array("two".utf8), []])
        #expect(assembler.finish() == Array("rest".utf8))
        #expect(assembler.finish() == nil)
        let long = assembler.consume([UInt8](repeating: 0x41, count: LineAssembler.maximumLength * 2 + 1))
        #expect(long.map(\.count) == [LineAssembler.maximumLength, LineAssembler.maximumLength])
        #expect(assembler.finish() == [0x41])
    }

    @Test(
        "is stripped of everything that could act on a terminal",
        arguments: [
            ("plain ünicode\ttab", "plain ünicode\ttab"), ("\u{1B}[31;1mred\u{1B}[0m", "red"),
            ("\u{1B}]0;title\u{7}after", "after"), ("\u{1B}]0;title\u{1B}\\after", "after"), ("\u{1B}(Bx", "x"),
            ("\u{1B}c\u{1B}7y", "y"), ("a\u{8}\u{7}\u{0}b\rc", "abc"), ("\u{9B}31mz", "z"), ("\u{1B}Pdcs\u{9C}w", "w"),
            ("cut off \u{1B}[", "cut off "), ("\u{7F}d", "d"),
        ])
    func plain(raw: String, expected: String) {
        #expect(TerminalText.plain(Array(raw.utf8)) == expected)
    }

    @Test("survives bytes that are no UTF-8")
    func invalidBytes() {
        #expect(TerminalText.plain([0xFF, 0x41, 0xC3]) == "\u{FFFD}A\u{FFFD}")
        #expect(TerminalText.plain(Array(0...255)).contains("0123456789"))
    }

    @Test("is sorted by who said it")
    func sources() {
        #expect(ConsoleLine("(apus) boot: hello") == .hypervisor("boot: hello"))
        #expect(ConsoleLine("(d12) KTAP version 1") == .domain(12, "KTAP version 1"))
        #expect(ConsoleLine("(d1)     indented") == .domain(1, "    indented"))
        #expect(ConsoleLine("(d1)") == .domain(1, ""))
        for other in ["", "(d", "(d)", "(dx) a", "(d-1) a", "(d99999999999999999999) a", "SeaBIOS", "(apus)"] {
            #expect(ConsoleLine(other) == .other(other))
        }
    }

    @Test("tells of ends, failures and backtraces")
    func events() {
        guard case .domainEnded(let end)? = ConsoleEvent("d3 \"a \"quoted\" name\" ended: destroyed: wild access")
        else {
            Issue.record("no event")
            return
        }
        #expect(end.domain == 3 && end.name == "a \"quoted\" name" && end.reason == "destroyed: wild access")
        #expect(!end.isGood)
        #expect(ConsoleEvent("all domains have ended") == .allEnded)
        #expect(ConsoleEvent("FATAL page fault") == .fatal("FATAL page fault"))
        #expect(ConsoleEvent("backtrace: 0x0000000000101234") == .backtrace(address: 0x101234))
        for nothing in [
            "backtrace: 0xzz", "d \"x\" ended: crash", "dx \"x\" ended: a", "d1 ended: a", "\" ended: \"d1 \"",
        ] {
            #expect(ConsoleEvent(nothing) == nil)
        }
    }
}
