// SPDX-License-Identifier: MIT
//
// What the processor is and does: identification, model-specific registers, ports, control registers, waiting.
#pragma once

#include "Instruction.h"

// ---- Identification and model-specific registers ---------------------------------------------------------

/// The four registers that CPUID answers with.
struct CPUIDResult {
    uint32_t eax, ebx, ecx, edx;
};

/// CPUID: what this processor is and can do. (Intel SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E)
INSTRUCTION struct CPUIDResult cpu_cpuid(uint32_t leaf, uint32_t subleaf) {
    struct CPUIDResult result;
    __asm__ volatile("cpuid"
                     : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                     : "a"(leaf), "c"(subleaf));
    return result;
}

/// RDMSR: reads a model-specific register; #GP when there is none of that index.
INSTRUCTION uint64_t cpu_read_msr(uint32_t index) {
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index));
    return ((uint64_t)high << 32) | low;
}

/// WRMSR: writes a model-specific register; #GP when the value is not allowed.
INSTRUCTION void cpu_write_msr(uint32_t index, uint64_t value) {
    __asm__ volatile("wrmsr" : : "c"(index), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/// RDTSC: the time-stamp counter.
INSTRUCTION uint64_t cpu_read_timestamp(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return ((uint64_t)high << 32) | low;
}

/// The same, and not before all that stands before it is done. (Intel SDM vol. 2B, RDTSC; AMD APM vol. 3, RDTSC)
INSTRUCTION uint64_t cpu_read_timestamp_in_order(void) {
    __asm__ volatile("lfence" : : : "memory");
    return cpu_read_timestamp();
}

// ---- Ports -----------------------------------------------------------------------------------------------

INSTRUCTION void cpu_out8(uint16_t port, uint8_t value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
INSTRUCTION void cpu_out16(uint16_t port, uint16_t value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
INSTRUCTION void cpu_out32(uint16_t port, uint32_t value) { __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port)); }

INSTRUCTION uint8_t cpu_in8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

INSTRUCTION uint16_t cpu_in16(uint16_t port) {
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

INSTRUCTION uint32_t cpu_in32(uint16_t port) {
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

// ---- Flow ------------------------------------------------------------------------------------------------

/// CLI: no maskable interrupts from here on.
INSTRUCTION void cpu_disable_interrupts(void) { __asm__ volatile("cli" : : : "memory"); }

/// STI, one instruction, CLI: takes the interrupts that are pending, now and here.
INSTRUCTION void cpu_take_pending_interrupts(void) { __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory"); }

/// STI and HLT: sleeps until an interrupt has been taken; interrupts are off again afterwards.
INSTRUCTION void cpu_wait_for_interrupt(void) { __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory"); }

/// CLI and HLT, for ever.
INSTRUCTION void cpu_stop(void) {
    for (;;) __asm__ volatile("cli\n\thlt");
}

/// PAUSE: tells the processor that this is a spinning loop.
INSTRUCTION void cpu_pause(void) { __asm__ volatile("pause"); }

/// Reports a lock that is wanted while one of a later rank is held, by an interrupt of its own: see Kernel/Machine/Interrupts.swift.
INSTRUCTION void cpu_report_lock_order(uint64_t held, uint64_t wanted) {
    __asm__ volatile("int $0x30" : : "D"(held), "S"(wanted) : "memory");
}

// ---- Control registers -----------------------------------------------------------------------------------

INSTRUCTION uint64_t cpu_read_cr0(void) { uint64_t value; __asm__ volatile("mov %%cr0, %0" : "=r"(value)); return value; }
INSTRUCTION uint64_t cpu_read_cr2(void) { uint64_t value; __asm__ volatile("mov %%cr2, %0" : "=r"(value)); return value; }
INSTRUCTION uint64_t cpu_read_cr3(void) { uint64_t value; __asm__ volatile("mov %%cr3, %0" : "=r"(value)); return value; }
INSTRUCTION uint64_t cpu_read_cr4(void) { uint64_t value; __asm__ volatile("mov %%cr4, %0" : "=r"(value)); return value; }
INSTRUCTION void cpu_write_cr0(uint64_t value) { __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory"); }
INSTRUCTION void cpu_write_cr3(uint64_t value) { __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory"); }
INSTRUCTION void cpu_write_cr4(uint64_t value) { __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory"); }

/// Calls whatever lies at an address: for seeing that data cannot be executed.
INSTRUCTION void cpu_call(uint64_t address) { __asm__ volatile("call *%0" : : "r"(address) : "memory"); }

INSTRUCTION void cpu_write_cr2(uint64_t value) { __asm__ volatile("mov %0, %%cr2" : : "r"(value)); }
INSTRUCTION uint64_t cpu_read_dr6(void) { uint64_t value; __asm__ volatile("mov %%dr6, %0" : "=r"(value)); return value; }
INSTRUCTION void cpu_write_dr6(uint64_t value) { __asm__ volatile("mov %0, %%dr6" : : "r"(value)); }

/// The frame pointer of the calling function: where a backtrace starts.
INSTRUCTION uint64_t cpu_read_frame_pointer(void) { uint64_t value; __asm__ volatile("mov %%rbp, %0" : "=r"(value)); return value; }
