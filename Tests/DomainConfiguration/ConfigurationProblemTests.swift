// SPDX-License-Identifier: MIT

import DomainConfiguration
import Testing

@Suite("Domain configurations: what is refused, and how")
struct ConfigurationProblemTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(
        "a value that cannot be is refused with its place and a way out",
        arguments: [
            ("memory = 0", "5:10: 'memory' is 0; give 1 to 1048576 MiB"),
            ("memory = -1", "5:10: 'memory' is -1; give 1 to 1048576 MiB"),
            ("memory = 1048577", "5:10: 'memory' is 1048577; give 1 to 1048576 MiB"),
            ("memory = 'lots'", "5:10: 'memory' is not a whole number; write digits only: memory = 1"),
            ("memory = [ 1 ]", "5:10: 'memory' is a list; write one value: memory = \"...\""),
            ("vcpus = 0", "5:9: 'vcpus' is 0; give 1 to 128 vCPUs"),
            ("vcpus = 129", "5:9: 'vcpus' is 129; give 1 to 128 vCPUs"),
            ("vcpus=4\nmaxvcpus=2", "6:10: 'maxvcpus' is 2, less than the 4 of 'vcpus'; raise it or lower 'vcpus'"),
            ("cpu_weight = 0", "5:14: 'cpu_weight' is 0; give 1 to 65535 (256 is usual)"),
            ("cap = 101", "5:7: 'cap' is 101; give 0 to 100 per cent of one processor"),
            ("cap = 201\nvcpus = 2", "5:7: 'cap' is 201; give 0 to 200 per cent of one processor"),
            ("uuid = 'x'", "5:8: 'uuid' is no UUID; write it like 01234567-89ab-cdef-0123-456789abcdef"),
            ("name = ''", "5:8: 'name' must have 1 to 64 bytes and no control characters; choose another name"),
            ("ramdisk = ''", "5:11: 'ramdisk' is empty; name a file, or remove the line"),
        ])
    func values(line: String, expected: String) {
        #expect(folder.message(minimal(line)) == "guest.cfg:" + expected)
    }

    @Test("types other than pvh are explained", arguments: ["pv", "hvm", "vax"])
    func types(type: String) throws {
        let message = try #require(folder.message(minimal("type = \"\(type)\"")))
        #expect(message.hasPrefix("guest.cfg:5:8: "))
        #expect(message.hasSuffix("; write type = \"pvh\" and give a kernel with a PVH entry"))
        let explained = ["pv": "PV guests", "hvm": "HVM guests", "vax": "no domain type \"vax\""]
        #expect(message.contains(try #require(explained[type])))
    }

    @Test("settings that must be there are missed")
    func missing() {
        #expect(folder.message("") == "guest.cfg:1:1: the file is empty; give a configuration in the form of xl.cfg")
        #expect(folder.message("\n") == "guest.cfg:1:1: 'name' is missing; add a line like name = \"guest\"")
        #expect(
            folder.message("name = 'a'; type = 'pvh'")
                == "guest.cfg:1:1: 'kernel' is missing; add a line like kernel = \"vmlinuz\"")
    }

    @Test("a kernel that is not there, or is a folder, is named with the places looked at")
    func kernel() throws {
        for name in ["absent", "below"] {
            let message = try #require(folder.message(minimal("kernel = '\(name)'")))
            #expect(
                message == "guest.cfg:5:10: 'kernel' names no file: looked for \(folder.path)/\(name); correct the path"
            )
        }
    }

    @Test("a configuration that cannot be read is named")
    func unreadable() throws {
        #expect(throws: ConfigurationProblem.self) { try DomainConfiguration.load(path: folder.path + "/absent.cfg") }
        #expect(throws: ConfigurationProblem.self) { try DomainConfiguration.load(path: folder.path) }
        let large = Array(repeating: UInt8(ascii: "\n"), count: (1 << 20) + 1)
        let error = #expect(throws: ConfigurationProblem.self) { try folder.load(large) }
        #expect(error?.problem == "the file is larger than 1 MiB")
    }

    @Test(
        "broken syntax is refused at the place where it breaks",
        arguments: [
            ("memory 5", "5:8: expected '=' after 'memory', found the number 5; write memory = value"),
            (
                "memory =",
                "5:9: expected a value, found the end of the file; write a number, a text in quotes, or a list in brackets"
            ),
            ("memory = lots", "5:10: expected a value, found 'lots'; put text in quotes: \"lots\""),
            (
                "memory = 5 6",
                "5:12: expected the end of the line, found the number 6; put each setting on a line of its own, or a ';' between"
            ),
            (
                "memory = 5x",
                "5:10: '5x' is not a whole number of at most 64 bits; write digits only, or put text in quotes"
            ),
            (
                "memory = 0x-5",
                "5:10: '0x-5' is not a whole number of at most 64 bits; write digits only, or put text in quotes"
            ),
            (
                "memory = 99999999999999999999",
                "5:10: '99999999999999999999' is not a whole number of at most 64 bits; write digits only, or put text in quotes"
            ),
            ("= 5", "5:1: expected a key, found '='; a line reads key = value"),
            ("extra = \"é\" @", "5:13: unexpected character; a line reads key = value, and text stands in quotes"),
            ("extra = 'abc", "5:9: the string does not end on its line; close it with the quote it begins with"),
            ("extra = 'a\nb'", "5:9: the string does not end on its line; close it with the quote it begins with"),
            ("extra = 'a\\q'", "5:11: unknown escape; write \\\\ for a backslash"),
            (
                "extra = '\\x4'",
                "5:10: incomplete escape; write \\x and two hexadecimal digits, or \\ and three octal digits"
            ),
            ("extra = '\\777'", "5:10: unknown escape; write \\\\ for a backslash"),
            (
                "extra = '\\xFF'",
                "5:9: the escapes in the string do not make UTF-8 text; write the characters themselves"
            ),
            (
                "extra = '\\x00'",
                "5:9: the escapes in the string do not make UTF-8 text; write the characters themselves"
            ),
            (
                "vif = [ 1 2 ]",
                "5:11: expected ',' or ']', found the number 2; separate the values of a list by ',' and end it with ']'"
            ),
            (
                "vif = [ 1,",
                "5:11: expected a value, found the end of the file; write a number, a text in quotes, or a list in brackets"
            ),
        ])
    func syntax(line: String, expected: String) {
        #expect(folder.message(minimal(line)) == "guest.cfg:" + expected)
    }

    @Test("lists nested without end are refused, not followed")
    func nesting() throws {
        let message = try #require(folder.message("a = " + String(repeating: "[", count: 500_000)))
        #expect(message == "guest.cfg:1:21: lists are nested more than 16 deep; flatten them")
    }

    @Test("a file that is no text is refused at its line")
    func binary() {
        let error = #expect(throws: ConfigurationProblem.self) { try folder.load(Array("a=1\n".utf8) + [0xFF]) }
        #expect(error?.position.line == 2)
    }

    @Test("a command line longer than the kernel takes is refused")
    func longCommandLine() {
        let long = String(repeating: "a", count: 4097)
        #expect(
            folder.message(minimal("extra = '\(long)'"))
                == "guest.cfg:5:9: the command line has 4097 bytes; shorten it to 4096")
    }

    @Test("4 000 damaged configurations are read or refused, and none is a crash")
    func mutation() throws {
        let good = Array(minimal("extra = \"a\\x41\\n\"\nvif = [ 'a', [ 1, 0x2 ], ]\nuuid = '00'").utf8)
        var state: UInt64 = 1
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let bytes = Array("'\"\\[],;=#x0-\n\r\u{7F}é\0".utf8) + [0xFF]
        for _ in 0..<4000 {
            var text = good
            for _ in 0...random(below: 4) { text[random(below: text.count)] = bytes[random(below: bytes.count)] }
            try folder.write(text, to: "fuzz.cfg")
            // Each outcome is a value or a ConfigurationProblem: the type of the error says so.
            do throws(ConfigurationProblem) {
                _ = try DomainConfiguration.load(path: "fuzz.cfg", directory: folder.path)
            } catch {
                #expect(error.position.file == "fuzz.cfg" && error.position.line >= 1 && !error.advice.isEmpty)
            }
        }
    }
}
