// SPDX-License-Identifier: MIT
import Testing

@testable import Emulator

@Suite("Where the processor stood")
struct ProcessorStateTests {
    /// What Bochs 2.7 prints, shortened.
    static let debugger = """
        Next at t=12142390617
        (0) [0x00000010286b] 0008:000000000010286b (unk. ctxt): jmp .-8  (0x00100010)     ; ebf8
        CPU0:
        rax: 00000000_00000000
        r8 : 00000000_0013e3b8
        r11: 00010000_00000000
        rip: 00000000_00002012
        eflags 0x00000047: id vip vif ac vm rf nt IOPL=0 of df if tf sf ZF af PF CF
        cs:0x0008, dh=0x00af9b00, dl=0x0000ffff, valid=1
        \tCode segment, base=0x00000000, limit=0xffffffff, Execute/Read, 64-bit
        tr:0x0018, dh=0x00008b12, dl=0xa0300067, valid=1
        gdtr:base=0x000000000012a000, limit=0x27
        CR0=0x80010033: PG cd nw ac WP NE ET ts em MP PE
        CR2=page fault laddr=0x0000000000000007
        CR3=0x000000246000
            PCD=page-level cache disable=0
        EFER=0x00001d00: ffxsr NXE LMA LME sce
        Stack address size 8
         | STACK 0x00000000001398a0 [0x00000000:0x00002050] (<unknown>)
         | STACK 0x00000000001398a8 [0xffffffff:0x0013e3b8] (<unknown>)
         | STACK 0x0007ff98 [0x00001001] (<unknown>)
        """

    @Test("is read from what the debugger prints")
    func debuggerOutput() throws {
        let state = try #require(ProcessorState(debuggerOutput: Array(Self.debugger.utf8)))
        let expected: [(String, UInt64)] = [
            ("rax", 0), ("r8", 0x13E3B8), ("r11", 1 << 48), ("rip", 0x2012), ("eflags", 0x47), ("cs", 8), ("tr", 0x18),
            ("gdtr", 0x12A000), ("cr0", 0x8001_0033), ("cr2", 7), ("cr3", 0x24_6000), ("efer", 0x1D00),
        ]
        #expect(state.registers.map(\.name) == expected.map(\.0))
        #expect(state.registers.map(\.value) == expected.map(\.1))
        #expect(state.stack == [0x2050, 0xFFFF_FFFF_0013_E3B8, 0x1001])
        #expect(
            state.lines.first == "rax 0x0000000000000000  r8 0x000000000013e3b8  "
                + "r11 0x0001000000000000  rip 0x0000000000002012")
    }

    @Test("is read from the log of a triple fault")
    func log() throws {
        let log = """
            00126670551i[CPU0  ] EFER   = 0x00001000
            00126670551i[CPU0  ] | EAX=0000000d  EBX=68747541  ECX=444d4163  EDX=69746e65
            00126670551i[CPU0  ] | EIP=00100124 (00100124)
            00126670551i[CPU0  ] | CR0=0x00000011 CR2=0x00000000
            """
        let state = try #require(ProcessorState(log: Array(log.utf8)))
        #expect(state.instructionPointer == 0x10_0124)
        #expect(state["edx"] == 0x6974_6E65 && state["cr0"] == 0x11)
    }

    @Test("is shown with the hypervisor's functions")
    func symbols() async throws {
        let symbolizer = BacktraceSymbolizer(try SymbolTable(elf: SymbolTableTests.sample))
        let state = try #require(ProcessorState(debuggerOutput: Array(Self.debugger.utf8)))
        let lines = await symbolizer.describe(state)
        #expect(lines.prefix(3) == state.lines[...])
        #expect(
            Array(lines.dropFirst(3)) == [
                "in the hypervisor, unless a guest was running: run+0x12", "    on the stack: run+0x50",
                "    on the stack: entry+0x1",
            ])
    }

    @Test("is unknown where nothing tells it, and never traps")
    func hostile() {
        for text in ["", "rip:", "rip: xyz", "CR9=0x1", " | STACK", "rip: 11112222333344445555"] {
            #expect(ProcessorState(debuggerOutput: Array(text.utf8)) == nil)
            #expect(ProcessorState(log: Array(text.utf8)) == nil)
        }
        let text =
            "rip: 1\n | STACK 0 ]x[\n | STACK 0 [1:2:3]\n | STACK 0 []\n"
            + String(repeating: " | STACK 0x0 [0x1]\n", count: 1000)
        #expect(ProcessorState(debuggerOutput: Array(text.utf8))?.stack.count == ProcessorState.stackWords)
    }
}
