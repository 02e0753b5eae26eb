// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics

/// The vectors of the hypervisor's own interrupts.
public enum InterruptVector {
    /// The local APIC's timer.
    public static let timer: UInt8 = 0xF0
    /// What one processor sends to another, so that it looks at what is pending.
    public static let kick: UInt8 = 0xF1
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
    } else if taken.vector == UInt64(Exception.debug.rawValue) {
        // The hypervisor has no breakpoints. Bochs' processors with SVM bring the single step of a guest along out of an exit.
    } else if taken.vector < 32 {
        report(taken)
        Shutdown.hypervisorFailed.perform()
    }
}

/// Prints the exception, the registers and a backtrace: `apus run` adds the functions' names to the addresses.
private func report(_ frame: InterruptFrame) {
    Log.beginFailure()
    let name = Exception(rawValue: UInt8(truncatingIfNeeded: frame.vector))?.name ?? "reserved exception"
    Log.write("FATAL \(name), vector \(frame.vector), error code \(hex: frame.error)")
    Log.write(
        "  rip \(hex: frame.rip, digits: 16)  rflags \(hex: frame.rflags)  cs \(hex: frame.cs)  ss \(hex: frame.ss)")
    Log.write(
        "  rax \(hex: frame.rax, digits: 16)  rbx \(hex: frame.rbx, digits: 16)  rcx \(hex: frame.rcx, digits: 16)")
    Log.write(
        "  rdx \(hex: frame.rdx, digits: 16)  rsi \(hex: frame.rsi, digits: 16)  rdi \(hex: frame.rdi, digits: 16)")
    Log.write(
        "  rbp \(hex: frame.rbp, digits: 16)  rsp \(hex: frame.rsp, digits: 16)  r8  \(hex: frame.r8, digits: 16)")
    Log.write(
        "  r9  \(hex: frame.r9, digits: 16)  r10 \(hex: frame.r10, digits: 16)  r11 \(hex: frame.r11, digits: 16)")
    Log.write(
        "  r12 \(hex: frame.r12, digits: 16)  r13 \(hex: frame.r13, digits: 16)  r14 \(hex: frame.r14, digits: 16)")
    Log.write(
        "  r15 \(hex: frame.r15, digits: 16)  cr2 \(hex: cpu_read_cr2(), digits: 16)  cr3 \(hex: cpu_read_cr3(), digits: 16)"
    )
    Backtrace.write(from: frame.rip, framePointer: frame.rbp)
}
