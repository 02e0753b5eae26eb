// SPDX-License-Identifier: MIT
import Diagnostics
import Testing

struct MessageTests {
    private func text(_ message: Message) -> String {
        var bytes: [UInt8] = []
        for index in 0..<message.count { bytes.append(message.bytes[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("an interpolation puts literals, decimal and hexadecimal numbers in a row")
    func interpolation() {
        let word: StaticString = "frames"
        let message: Message = "found \(42) \(word) at \(hex: 0xFEE0_0000)."
        #expect(text(message) == "found 42 frames at 0xfee00000.")
    }

    @Test("numbers of every width and sign are written in decimal")
    func decimal() {
        #expect(text("\(UInt64.max)") == "18446744073709551615")
        #expect(text("\(Int64.min)") == "-9223372036854775808")
        #expect(text("\(Int8(-1)) \(UInt8(255)) \(0)") == "-1 255 0")
    }

    @Test("hexadecimal numbers get the digits that were asked for, and more where they need them")
    func hexadecimal() {
        #expect(text("\(hex: 0)") == "0x0")
        #expect(text("\(hex: 0xABC, digits: 16)") == "0x0000000000000abc")
        #expect(text("\(hex: .max, digits: 2)") == "0xffffffffffffffff")
    }

    @Test("a number can be written in any base from 2 to 16", arguments: 2...16)
    func bases(base: Int) {
        var message = Message()
        message.append(0x1234_5678_9ABC, base: UInt64(base))
        #expect(text(message) == String(0x1234_5678_9ABC, radix: base))
    }

    @Test("64 binary digits fit, and more than 64 are not asked for")
    func widestNumber() {
        var message = Message()
        message.append(1, base: 2, digits: 100)
        #expect(message.count == 64)
        #expect(text(message).hasSuffix("01"))
    }

    @Test("what does not fit is cut off at the capacity")
    func truncation() {
        var message = Message()
        for index in 0..<Message.capacity + 10 { message.append(UInt8(ascii: "a") + UInt8(index % 26)) }
        #expect(message.count == Message.capacity)
        message.append("more" as StaticString)
        message.append(123, base: 10)
        #expect(message.count == Message.capacity)
        #expect(message.bytes[Message.capacity - 1] == UInt8(ascii: "a") + UInt8((Message.capacity - 1) % 26))
    }

    @Test("untrusted text cannot bring control characters or bytes above ASCII into the log")
    func untrusted() {
        let hostile = Array("ok\u{1B}[2J\r\n\0ä~".utf8)
        let message: Message = "<\(untrusted: hostile.span)>"
        #expect(text(message) == "<ok.[2J.....~>")
    }

    @Test("levels are ordered from what matters most to what matters least")
    func levels() {
        #expect([LogLevel.debug, .error, .info, .warning].sorted() == [.error, .warning, .info, .debug])
    }
}
