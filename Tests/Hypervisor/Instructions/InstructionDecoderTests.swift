// SPDX-License-Identifier: MIT
import SeededRandom
import Testing

@testable import Hypervisor

/// What an assembler has made of instructions, taken apart again.
struct InstructionDecoderTests {
    private func decode(_ bytes: [UInt8], as code: CodeWidth) throws(DecodingError) -> Instruction {
        try InstructionDecoder.decode(InstructionBytes(bytes), as: code)
    }

    /// Instructions and what NASM makes of them.
    static let assembled: [(CodeWidth, String, String)] = [
        (.bits64, "mov byte [rbx], al", "8803"),
        (.bits64, "mov byte [rbx], sil", "408833"),
        (.bits64, "mov byte [rbx], ah", "8823"),
        (.bits64, "mov dword [r8+rcx*4+16], r9d", "45894c8810"),
        (.bits64, "mov qword [rsp+8], rax", "4889442408"),
        (.bits64, "mov word [rbp], dx", "66895500"),
        (.bits64, "mov dword [r12], eax", "41890424"),
        (.bits64, "mov dword [r13], eax", "41894500"),
        (.bits64, "mov eax, dword [rbx]", "8b03"),
        (.bits64, "mov rsp, qword [rax]", "488b20"),
        (.bits64, "mov dh, byte [rdi]", "8a37"),
        (.bits64, "mov ecx, dword [305419896]", "8b0c2578563412"),
        (.bits64, "mov ecx, dword [rax-2147483648]", "8b8800000080"),
        (.bits64, "mov eax, dword [4276093104]", "a1b000e0fe00000000"),
        (.bits64, "mov byte [4276093104], al", "a2b000e0fe00000000"),
        (.bits64, "mov eax, dword [ebx+esi*8]", "678b04f3"),
        (.bits64, "mov eax, dword [fs:rbx]", "648b03"),
        (.bits64, "mov ecx, dword [gs:32]", "658b0c2520000000"),
        (.bits64, "mov eax, dword [rip+256]", "8b0500010000"),
        (.bits64, "mov dword [rax], -2147483648", "c70000000080"),
        (.bits64, "mov qword [rax-1], -2", "48c740fffeffffff"),
        (.bits64, "mov word [rax], 4660", "66c7003412"),
        (.bits64, "mov byte [rax+rax*2], 5", "c6044005"),
        (.bits64, "movzx eax, byte [rbx]", "0fb603"),
        (.bits64, "movzx r10, word [rbx]", "4c0fb713"),
        (.bits64, "movsx ax, byte [rbx]", "660fbe03"),
        (.bits64, "movsx rax, byte [rbx]", "480fbe03"),
        (.bits64, "movsx r9d, word [rbx]", "440fbf0b"),
        (.bits64, "movsx rax, dword [rbx]", "486303"),
        (.bits64, "add dword [rbx], ecx", "010b"),
        (.bits64, "or al, byte [rbx]", "0a03"),
        (.bits64, "adc dword [rbx], 1", "831301"),
        (.bits64, "sbb rax, qword [rbx]", "481b03"),
        (.bits64, "and byte [rbx], 127", "80237f"),
        (.bits64, "sub word [rbx], 256", "66812b0001"),
        (.bits64, "xor qword [rbx], r15", "4c313b"),
        (.bits64, "cmp dword [rbx], 4096", "813b00100000"),
        (.bits64, "cmp byte [rbx], dl", "3813"),
        (.bits64, "test dword [rbx], eax", "8503"),
        (.bits64, "test byte [rbx], 1", "f60301"),
        (.bits64, "test qword [rbx], -1", "48f703ffffffff"),
        (.bits64, "not dword [rbx]", "f713"),
        (.bits64, "neg byte [rbx]", "f61b"),
        (.bits64, "inc word [rbx]", "66ff03"),
        (.bits64, "dec qword [rbx]", "48ff0b"),
        (.bits64, "xchg dword [rbx], eax", "8703"),
        (.bits64, "xadd dword [rbx], ecx", "0fc10b"),
        (.bits64, "cmpxchg qword [rbx], rdx", "f0480fb113"),
        (.bits64, "bt dword [rbx], eax", "0fa303"),
        (.bits64, "bts qword [rbx], 63", "480fba2b3f"),
        (.bits64, "btr word [rbx], 1", "660fba3301"),
        (.bits64, "btc qword [rbx], rcx", "480fbb0b"),
        (.bits64, "mov qword [rbx], rax", "480fc303"),
        (.bits64, "movsb", "a4"),
        (.bits64, "rep movsd", "f3a5"),
        (.bits64, "movsq", "48a5"),
        (.bits64, "rep stosb", "f3aa"),
        (.bits64, "stosw", "66ab"),
        (.bits64, "rep stosq", "f348ab"),
        (.bits64, "lodsb", "ac"),
        (.bits64, "rep cmpsb", "f3a6"),
        (.bits64, "repne scasd", "f2af"),
        (.bits64, "fs movsb", "64a4"),
        (.bits32, "mov byte [ebx], al", "8803"),
        (.bits32, "mov byte [ebx], dh", "8833"),
        (.bits32, "mov dword [esp+4], eax", "89442404"),
        (.bits32, "mov word [ebp-4], ax", "668945fc"),
        (.bits32, "mov eax, dword [4276092960]", "a12000e0fe"),
        (.bits32, "mov dword [es:4276093104], eax", "26a3b000e0fe"),
        (.bits32, "mov eax, dword [bx+si]", "678b00"),
        (.bits32, "mov eax, dword [ss:ebx]", "368b03"),
        (.bits32, "mov dword [ds:ebp+8], eax", "3e894508"),
        (.bits32, "mov ecx, dword [4276092960]", "8b0d2000e0fe"),
        (.bits32, "mov dword [edi+ecx*2], 7", "c7044f07000000"),
        (.bits32, "rep movsd", "f3a5"),
        (.bits32, "stosb", "aa"),
        (.bits16, "mov ax, word [bx+si]", "8b00"),
        (.bits16, "mov ax, word [bp+di+2]", "8b4302"),
        (.bits16, "mov ax, word [bp+si]", "8b02"),
        (.bits16, "mov ax, word [bx+di-3]", "8b41fd"),
        (.bits16, "mov byte [si], al", "8804"),
        (.bits16, "mov byte [di], cl", "880d"),
        (.bits16, "mov word [bp], cx", "894e00"),
        (.bits16, "mov ax, word [4660]", "a13412"),
        (.bits16, "mov cx, word [4660]", "8b0e3412"),
        (.bits16, "mov word [bx+4660], dx", "89973412"),
        (.bits16, "mov eax, dword [ebx]", "66678b03"),
        (.bits16, "mov ecx, dword [bx]", "668b0f"),
        (.bits16, "rep stosw", "f3ab"),
        (.bits16, "movsb", "67a4"),
    ]

    @Test("instructions are what was assembled, and as long", arguments: assembled)
    func decoded(code: CodeWidth, text: String, bytes: String) throws {
        let bytes = [UInt8](hexadecimal: bytes)
        let instruction = try decode(bytes + [0xCC], as: code)
        #expect(instruction.text == text)
        #expect(Int(instruction.length) == bytes.count)
    }

    @Test("each prefix of an instruction is incomplete", arguments: assembled)
    func incomplete(code: CodeWidth, text: String, bytes: String) {
        let bytes = [UInt8](hexadecimal: bytes)
        for count in 0..<bytes.count {
            #expect(throws: DecodingError.incomplete) { try decode(Array(bytes.prefix(count)), as: code) }
        }
    }

    @Test(
        "moves of SSE and AVX",
        arguments: [
            ("movv 0, 16 bytes [rbx]", "0f1003"),  // movups
            ("movv 16 bytes [rbx], 9", "66440f110b"),  // movupd
            ("movv 1, dword [rbx]", "f30f100b"),  // movss
            ("movv qword [rbx], 2", "f20f1113"),  // movsd
            ("movv 3, 16 bytes [rbx]", "0f281b"),  // movaps
            ("movv 16 bytes [rbx], 3", "0f2b1b"),  // movntps
            ("movv 4, 16 bytes [rbx]", "660f6f23"),  // movdqa
            ("movv 16 bytes [rbx], 5", "f30f7f2b"),  // movdqu
            ("movv 6, dword [rbx]", "660f6e33"),  // movd
            ("movv 6, qword [rbx]", "66480f6e33"),  // movq, with REX.W
            ("movv qword [rbx], 7", "660fd63b"),  // movq
            ("movv 8, qword [rbx]", "f3440f7e03"),  // movq
            ("movv 16 bytes [rbx], 9", "66440fe70b"),  // movntdq
            ("movv 10, 16 bytes [rbx]", "f2440ff013"),  // lddqu
            ("movv v0, 32 bytes [rbx]", "c5fc1003"),  // vmovups
            ("movv 16 bytes [r9], v1", "c4c17a7f09"),  // vmovdqu
            ("movv v12, 32 bytes [r13+r14*8]", "c4017d6f64f500"),  // vmovdqa
            ("movv v2, dword [rbx]", "c5fa1013"),  // vmovss
            ("movv v2, qword [rbx]", "c5fa7e13"),  // vmovq
            ("movv dword [rbx], v2", "c5f97e13"),  // vmovd
        ])
    func vectors(text: String, bytes: String) throws {
        let instruction = try decode([UInt8](hexadecimal: bytes), as: .bits64)
        #expect(instruction.text == text)
        #expect(Int(instruction.length) * 2 == bytes.count)
    }

    @Test(
        "what accesses no memory, or is not known, is unknown",
        arguments: [
            "90", "c3", "8bc3", "01d8", "0fa2", "0f01d9", "f4", "ffff", "ff20", "ff13", "ff33", "8f00", "c708", "f733",
            "f63b", "d800", "0fc70b", "0fba1b", "0f6f03", "0fae00", "62f17c48", "c4e27d1803", "c5e81003", "82",
        ])
    func unknown(bytes: String) {
        let bytes = [UInt8](hexadecimal: bytes)
        #expect(throws: DecodingError.unknown) { try decode(bytes + [0, 0, 0, 0, 0], as: .bits64) }
    }

    @Test("a REX counts only as the last prefix; the last of F2 and F3 counts")
    func prefixOrder() throws {
        #expect(try decode([0x48, 0x66, 0x8B, 0x03], as: .bits64).text == "mov ax, word [rbx]")
        #expect(try decode([0x41, 0x48, 0x8B, 0x03], as: .bits64).text == "mov rax, qword [rbx]")
        #expect(try decode([0x66, 0x48, 0x8B, 0x03], as: .bits64).text == "mov rax, qword [rbx]")
        #expect(try decode([0xF2, 0xF3, 0xA4], as: .bits64).text == "rep movsb")
        #expect(try decode([0x2E, 0x64, 0x8B, 0x03], as: .bits64).text == "mov eax, dword [fs:rbx]")
    }

    @Test("an instruction has at most 15 bytes")
    func length() throws {
        let prefixes = [UInt8](repeating: 0x3E, count: 13)
        #expect(try decode(prefixes + [0x8B, 0x03], as: .bits64).length == 15)
        #expect(throws: DecodingError.incomplete) { try decode(prefixes + [0x3E, 0x8B, 0x03], as: .bits64) }
        #expect(throws: DecodingError.incomplete) {
            try decode([UInt8](repeating: 0x66, count: 16), as: .bits32)
        }
    }

    @Test("REX, MOVSXD and VEX are of 64-bit code; elsewhere the same bytes are something else")
    func widths() {
        #expect(throws: DecodingError.unknown) { try decode([0x48, 0x8B, 0x03], as: .bits32) }  // dec eax
        #expect(throws: DecodingError.unknown) { try decode([0x63, 0x03], as: .bits32) }  // arpl
        #expect(throws: DecodingError.unknown) { try decode([0xC5, 0x03, 0x10, 0x03], as: .bits32) }  // lds
    }

    @Test("random bytes never trap the decoder, and what they give lies within them", arguments: 0..<8)
    func random(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var known = 0
        for round in 0..<40_000 {
            var bytes = (0..<Int.random(in: 0...16, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            // Every other one begins as an instruction does.
            if round & 1 == 0, let start = InstructionDecoderTests.assembled.randomElement(using: &generator) {
                bytes = [UInt8](hexadecimal: start.2).prefix(3) + bytes.dropLast(3)
            }
            for code in [CodeWidth.bits16, .bits32, .bits64] {
                guard let instruction = try? decode(bytes, as: code) else { continue }
                known += 1
                #expect(instruction.length > 0 && Int(instruction.length) <= min(bytes.count, 15))
                #expect([1, 2, 4, 8, 16, 32].contains(instruction.width))
                #expect(instruction.sourceWidth <= instruction.width && instruction.sourceWidth > 0)
                #expect([2, 4, 8].contains(instruction.addressWidth))
                #expect((instruction.memory.base ?? 0) < 16 && (instruction.memory.index ?? 0) < 16)
            }
        }
        #expect(known > 10_000)
    }
}
