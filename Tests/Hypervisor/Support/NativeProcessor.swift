// SPDX-License-Identifier: MIT
import CPU
import Glibc

/// Executes single instructions on the processor that runs the tests, with registers and memory of the test's choice.
final class NativeProcessor {
    /// What the instruction's memory operand lies in: 256 bytes, of which RBX points to the middle.
    static let memorySize = 256

    /// The registers, the way the code below reads and writes them: 16 by their numbers, and the flags. RSP is left alone.
    struct State {
        var registers = [UInt64](repeating: 0, count: 16)
        var flags: UInt64 = 0
        var memory = [UInt8](repeating: 0, count: memorySize)
    }

    /// Saves what must be kept, and loads the registers from what RDI points to.
    private static let prologue = """
        5355415441554156415757ffb7800000009d488b07488b4f08488b5710488b5f18488b6f28488b77304c8b47404c8b4f484c8b57504c8b5f58
        4c8b67604c8b6f684c8b77704c8b7f78488b7f38
        """
    /// The reverse.
    private static let epilogue = """
        57488b7c240848890748894f084889571048895f1848896f28488977304c8947404c894f484c8957504c895f584c8967604c896f684c897770
        4c897f789c8f87800000008f47385f415f415e415d415c5d5bc3
        """

    private let start: UInt

    init() {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        // SAFETY: a new private mapping, which nobody else knows of.
        let mapping = unsafe mmap(nil, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0)
        start = UInt(bitPattern: mapping)
        precondition(start != .max, "no memory that can be executed")
    }

    deinit {
        // SAFETY: the mapping of `init`.
        unsafe munmap(UnsafeMutableRawPointer(bitPattern: start), 8192)
    }

    /// Executes an instruction whose memory operand is at RBX, and nothing else.
    func execute(_ instruction: [UInt8], _ state: inout State) {
        guard let page = unsafe UnsafeMutableRawPointer(bitPattern: start) else { return }
        let code =
            [UInt8](hexadecimal: NativeProcessor.prologue) + instruction
            + [UInt8](hexadecimal: NativeProcessor.epilogue)
        // SAFETY: the first page holds the code, the second one registers and memory; all are shorter than a page. The code
        // keeps to the calling convention, and the instruction touches only the memory around RBX.
        unsafe page.copyMemory(from: code, byteCount: code.count)
        let registers = unsafe (page + 4096).assumingMemoryBound(to: UInt64.self)
        let memory = unsafe page + 6144
        for index in 0..<16 { unsafe registers[index] = state.registers[index] }
        unsafe registers[3] = UInt64(UInt(bitPattern: memory) + UInt(NativeProcessor.memorySize / 2))
        unsafe registers[16] = state.flags
        unsafe memory.copyMemory(from: state.memory, byteCount: state.memory.count)
        typealias Code = @convention(c) (UnsafeMutablePointer<UInt64>) -> Void
        unsafe unsafeBitCast(page, to: Code.self)(registers)
        for index in 0..<16 where index != 3 { unsafe state.registers[index] = registers[index] }
        state.flags = unsafe registers[16]
        for index in 0..<state.memory.count {
            state.memory[index] = unsafe memory.load(fromByteOffset: index, as: UInt8.self)
        }
    }
}
