// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import Testing

@testable import Hypervisor

struct OptionsTests {
    /// The options of a command line, and the words that mean nothing.
    private func parse(_ text: String) -> (options: Options, unknown: [String]) {
        var unknown: [String] = []
        let bytes = Array(text.utf8)
        let options = Options(parsing: bytes.span) { word in
            unknown.append(String(decoding: word.indices.map { word[$0] }, as: UTF8.self))
        }
        return (options, unknown)
    }

    @Test("an empty command line leaves the defaults", arguments: ["", " ", "     "])
    func defaults(text: String) {
        let (options, unknown) = parse(text)
        #expect(options.checks)
        #expect(options.logLevel == .info)
        #expect(options.slice == 10_000_000)
        #expect(unknown.isEmpty)
    }

    @Test("each option is set by its word, and the last of two counts")
    func set() {
        let (options, unknown) = parse("  checks=off loglevel=debug  sched_slice=250 checks=on checks=off ")
        #expect(!options.checks)
        #expect(options.logLevel == .debug)
        #expect(options.slice == 250_000)
        #expect(unknown.isEmpty)
    }

    @Test(
        "every level has its name",
        arguments: [("error", LogLevel.error), ("warning", .warning), ("info", .info), ("debug", .debug)])
    func levels(name: String, level: LogLevel) {
        #expect(parse("loglevel=\(name)").options.logLevel == level)
    }

    @Test(
        "a word with a value that cannot be is reported and changes nothing",
        arguments: [
            "checks=maybe", "checks=", "checks", "CHECKS=off", "loglevel=", "loglevel=debugger", "sched_slice=0",
            "sched_slice=", "sched_slice=-1", "sched_slice=1000000000", "sched_slice=99999999999999999999",
            "sched_slice=1k", "cpuid_vendor=", "cpuid_vendor=via", "cpuid_vendor=intelx", "cpuid_vendor",
            "apus.elf", "\u{0}\u{FF}", "=",
        ])
    func unknown(word: String) {
        let (options, unknown) = parse("\(word) \(word)")
        #expect(options.checks)
        #expect(options.logLevel == .info)
        #expect(options.slice == 10_000_000)
        #expect(options.shownVendor == nil)
        #expect(unknown == [word, word])
    }

    @Test("guests can be shown another vendor", arguments: [("amd", ProcessorVendor.amd), ("intel", .intel)])
    func shownVendor(name: String, vendor: ProcessorVendor) {
        #expect(parse("cpuid_vendor=\(name)").options.shownVendor == vendor)
    }

    @Test("the longest slice is not cut off")
    func longestSlice() {
        #expect(parse("sched_slice=999999999").options.slice == 999_999_999_000)
    }
}
