// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Locking

/// The vectors of the hypervisor's own interrupts.
public enum InterruptVector {
    /// The local APIC's timer.
    public static let timer: UInt8 = 0xF0
    /// What one processor sends to another, so that it looks at what is pending.
    public static let kick: UInt8 = 0xF1
    /// What a processor raises itself when it takes locks in the wrong order: `cpu_report_lock_order` in Kernel/CPU/Processor.h.
    public static let lockOrder: UInt8 = 0x30
    /// What the local APIC sends when an interrupt went away before it was taken.
    public static let spurious: UInt8 = 0xFF
}

/// Called by boot/vectors.asm for every exception and interrupt that the hypervisor itself takes. An interrupt only ends a
/// wait: the run loop looks at the clock itself. An exception is a bug in the hypervisor, and the end.
@c(interrupt_taken)
public func interruptTaken(_ frame: UnsafePointer<InterruptFrame>) {
    // SAFETY: boot/vectors.asm passes the address of the frame that it has just pushed.
    let taken = unsafe frame.pointee
    if taken.vector == UInt64(InterruptVector.timer) || taken.vector == UInt64(InterruptVector.kick) {
        LocalAPIC.endOfInterrupt()
    } else if taken.vector == UInt64(Exception.debug.rawValue) && takeSingleStep() {
        // Bochs' processors with SVM bring the single step of a guest along out of an exit.
    } else if taken.vector < 32 {
        let name = Exception(rawValue: UInt8(truncatingIfNeeded: taken.vector))?.name ?? "reserved exception"
        report("FATAL \(name), vector \(taken.vector), error code \(hex: taken.error)", taken)
    } else if taken.vector == UInt64(InterruptVector.lockOrder) {
        report(
            "FATAL lock order: the lock of \(lockName(taken.rsi)) is wanted while that of \(lockName(taken.rdi)) is held",
            taken)
    }
}

/// Whether it was a single step that has raised #DB. (AMD APM vol. 2 §13.1.1.3, DR6.BS)
private func takeSingleStep() -> Bool {
    let singleStep: UInt64 = 1 << 14
    let status = cpu_read_dr6()
    cpu_write_dr6(status & ~singleStep)
    return status & singleStep != 0
}

private func lockName(_ rank: UInt64) -> StaticString {
    LockRank(rawValue: UInt8(truncatingIfNeeded: rank))?.name ?? "something unknown"
}

/// Prints what is wrong, the registers and a backtrace, and ends the run: `apus run` adds the functions' names to the addresses.
private func report(_ what: Message, _ frame: InterruptFrame) -> Never {
    Log.beginFailure()
    Log.write(what)
    Log.write(
        "  rip \(hex: frame.rip, digits: 16)  rflags \(hex: frame.rflags)  cs \(hex: frame.cs)  ss \(hex: frame.ss)")
    write("rax", frame.rax, "rbx", frame.rbx, "rcx", frame.rcx)
    write("rdx", frame.rdx, "rsi", frame.rsi, "rdi", frame.rdi)
    write("rbp", frame.rbp, "rsp", frame.rsp, "r8 ", frame.r8)
    write("r9 ", frame.r9, "r10", frame.r10, "r11", frame.r11)
    write("r12", frame.r12, "r13", frame.r13, "r14", frame.r14)
    write("r15", frame.r15, "cr2", cpu_read_cr2(), "cr3", cpu_read_cr3())
    Backtrace.write(from: frame.rip, framePointer: frame.rbp)
    Shutdown.hypervisorFailed.perform()
}

/// Prints three registers. A message for each line in one function would be too much for the fault stack.
@inline(never)
private func write(
    _ first: StaticString, _ a: UInt64, _ second: StaticString, _ b: UInt64, _ third: StaticString, _ c: UInt64
) {
    Log.write("  \(first) \(hex: a, digits: 16)  \(second) \(hex: b, digits: 16)  \(third) \(hex: c, digits: 16)")
}
