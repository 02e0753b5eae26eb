// SPDX-License-Identifier: MIT
import Architecture
import GuestKit

/// INS and OUTS: ports, and memory that is there or not.
func portStrings(_ suite: inout Suite) {
    suite.test("ports: OUTS and REP OUTS leave the registers behind the last element") { test in
        test.withPage { test, page in
            test.expect(
                test.output([0xF3, 0x6E], from: page, count: 700), leaves: page &+ 700, 0)  // REP OUTSB
            test.expect(test.output([0xF3, 0x6F], from: page, count: 100), leaves: page &+ 400, 0)  // REP OUTSD
            test.expect(test.output([0x90, 0x6E], from: page, count: 9), leaves: page &+ 1, 9)
            test.expect(test.output([0xF3, 0x6E], from: page, count: 0), leaves: page, 0)
            test.expect(test.output([0xF3, 0x6E], from: 1 << 39, count: 0), leaves: 1 << 39, 0)
        }
    }
    suite.test("ports: REP INS fills memory with ones, upwards or downwards") { test in
        test.withPage { test, page in
            test.expect(test.input([0xFC, 0xF3, 0x6C], to: page, count: 600), leaves: page &+ 600, 0)
            test.expect(Memory.isFilled(page, count: 600, with: 0xFF))
            test.expect(Memory.load8(page &+ 600), equals: 0)
            Memory.fill(page, count: Memory.pageSize, with: 0)
            let last = page &+ 4092
            test.expect(test.input([0xFD, 0xF3, 0x6D], to: last, count: 500), leaves: last &- 2000, 0)
            test.expect(Memory.isFilled(page &+ 2096, count: 2000, with: 0xFF))
            test.expect(Memory.load8(page &+ 2095), equals: 0)
        }
    }
    suite.test("ports: INS to a page that is not mapped raises #PF, and tells where") { test in
        let nowhere: UInt64 = 1 << 39
        test.expect(test.input([0xFC, 0x90, 0x6C], to: nowhere, count: 1).vector, raises: .page)
        test.expect(Probe.lastError, equals: 2)
        test.expect(Probe.lastAddress, equals: nowhere)
        test.expect(test.output([0x90, 0x6E], from: nowhere, count: 1).vector, raises: .page)
        test.expect(Probe.lastError, equals: 0)
        test.expect(Probe.lastAddress, equals: nowhere)
    }
    suite.test("ports: INS to a page that may only be read raises #PF") { test in
        test.withHighPage(5, flags: 5) { test, page in
            test.expect(test.input([0xFC, 0x90, 0x6C], to: page, count: 1).vector, raises: .page)
            test.expect(Probe.lastError, equals: 3)
            test.expect(test.output([0xF3, 0x6E], from: page, count: 5), leaves: page &+ 5, 0)
        }
    }
    suite.test("ports: REP INS that runs into a page that is not mapped has filled what comes before") { test in
        test.withHighPage(510) { test, page in
            let outcome = test.input([0xFC, 0xF3, 0x6C], to: page &+ 4000, count: 200)
            test.expect(outcome.vector, raises: .page)
            test.expect(Probe.lastAddress, equals: page &+ 4096)
            test.expect(Memory.isFilled(page &+ 4000, count: 96, with: 0xFF))
            test.expect(test.output([0xF3, 0x6E], from: page &+ 4000, count: 200).vector, raises: .page)
            test.expect(Probe.lastAddress, equals: page &+ 4096)
        }
    }
    suite.test("ports: INS to what is no address raises #GP") { test in
        test.expect(test.input([0xFC, 0x90, 0x6C], to: 1 << 47, count: 1).vector, raises: .generalProtection)
        test.expect(test.output([0x90, 0x6E], from: 1 << 47, count: 1).vector, raises: .generalProtection)
    }
    suite.test("ports: INS to where there is no memory is lost, OUTS from there goes on") { test in
        let nowhere: UInt64 = 0xF800_0000
        test.expect(test.input([0xFC, 0xF3, 0x6C], to: nowhere, count: 10), leaves: nowhere &+ 10, 0)
        test.expect(test.output([0xF3, 0x6E], from: nowhere, count: 10), leaves: nowhere &+ 10, 0)
    }
}

/// What a string instruction has left: its exception, or its pointer and count.
private struct StringOutcome {
    let vector: UInt8?
    let pointer: UInt64
    let count: UInt64
}

extension Test {
    fileprivate mutating func expect(
        _ outcome: StringOutcome, leaves pointer: UInt64, _ count: UInt64, line: UInt = #line
    ) {
        expect(outcome.vector == nil, line: line)
        expect(outcome.pointer, equals: pointer, line: line)
        expect(outcome.count, equals: count, line: line)
    }

    /// Executes an OUTS to port 0x80 with RSI and RCX set.
    fileprivate mutating func output(
        _ bytes: InlineArray<2, UInt8>, from source: UInt64, count: UInt64
    ) -> StringOutcome {
        // mov rsi, imm64; mov [r8 + disp32], rsi
        string(bytes, [0x48, 0xBE], source, count, storing: [0x49, 0x89, 0xB0])
    }

    /// Executes an INS from port 0x80 with RDI and RCX set.
    fileprivate mutating func input(
        _ bytes: InlineArray<3, UInt8>, to destination: UInt64, count: UInt64
    ) -> StringOutcome {
        // mov rdi, imm64; mov [r8 + disp32], rdi
        string(bytes, [0x48, 0xBF], destination, count, storing: [0x49, 0x89, 0xB8])
    }

    private mutating func string<let length: Int>(
        _ bytes: InlineArray<length, UInt8>, _ load: InlineArray<2, UInt8>, _ pointer: UInt64, _ count: UInt64,
        storing store: InlineArray<3, UInt8>
    ) -> StringOutcome {
        var outcome = StringOutcome(vector: 0, pointer: 0, count: 0)
        withPage { _, page in
            var code = Code(in: page)
            code.append([0x49, 0x89, 0xF8])  // mov r8, rdi
            code.append(load)
            code.append(pointer)
            code.append([0x48, 0xB9])  // mov rcx, imm64
            code.append(count)
            code.append([0x66, 0xBA, 0x80, 0x00])  // mov dx, 0x80
            code.append(bytes)
            code.append([0xFC])  // cld
            code.append(store)
            code.append([0x00, 0x08, 0x00, 0x00])
            code.append([0x49, 0x89, 0x88, 0x08, 0x08, 0x00, 0x00])  // mov [r8 + 0x808], rcx
            let vector = code.run()
            outcome = StringOutcome(vector: vector, pointer: code.result(0), count: code.result(1))
        }
        return outcome
    }
}
