// SPDX-License-Identifier: MIT
//
// What Swift cannot say: single instructions, and the few structures and routines shared with the assembly in boot/.
// Every function is always inlined, so that a call costs exactly its instruction.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define INSTRUCTION static inline __attribute__((always_inline))

// ---- Identification and model-specific registers ------------------------------------------------------------------

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

// ---- Ports --------------------------------------------------------------------------------------------------------

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

// ---- Flow ---------------------------------------------------------------------------------------------------------

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

// ---- Control registers --------------------------------------------------------------------------------------------

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

// ---- Descriptor tables --------------------------------------------------------------------------------------------

/// The operand of LGDT and LIDT. (Intel SDM vol. 3A §2.4)
struct __attribute__((packed)) DescriptorTablePointer {
    uint16_t limit;
    uint64_t base;
};

INSTRUCTION void cpu_load_gdt(uint64_t base, uint16_t limit) {
    struct DescriptorTablePointer pointer = {limit, base};
    __asm__ volatile("lgdt %0" : : "m"(pointer) : "memory");
}

INSTRUCTION void cpu_load_idt(uint64_t base, uint16_t limit) {
    struct DescriptorTablePointer pointer = {limit, base};
    __asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

INSTRUCTION void cpu_load_task_register(uint16_t selector) { __asm__ volatile("ltr %0" : : "r"(selector)); }

INSTRUCTION uint16_t cpu_read_task_register(void) { uint16_t selector; __asm__ volatile("str %0" : "=r"(selector)); return selector; }
INSTRUCTION uint16_t cpu_read_code_selector(void) { uint16_t selector; __asm__ volatile("mov %%cs, %0" : "=r"(selector)); return selector; }

INSTRUCTION uint64_t cpu_read_idt_base(void) {
    struct DescriptorTablePointer pointer;
    __asm__ volatile("sidt %0" : "=m"(pointer));
    return pointer.base;
}

INSTRUCTION uint64_t cpu_read_gdt_base(void) {
    struct DescriptorTablePointer pointer;
    __asm__ volatile("sgdt %0" : "=m"(pointer));
    return pointer.base;
}

/// The word of the processor's own to which its GS register points.
INSTRUCTION uint64_t cpu_read_processor_word(void) {
    uint64_t value;
    __asm__ volatile("mov %%gs:0, %0" : "=r"(value));
    return value;
}
INSTRUCTION void cpu_write_processor_word(uint64_t value) { __asm__ volatile("mov %0, %%gs:0" : : "r"(value) : "memory"); }

/// Reports a lock that is wanted while one of a later rank is held, by an interrupt of its own: see Kernel/Machine/Interrupts.swift.
INSTRUCTION void cpu_report_lock_order(uint64_t held, uint64_t wanted) {
    __asm__ volatile("int $0x30" : : "D"(held), "S"(wanted) : "memory");
}

/// Where the task state segment lies, by its descriptor. (Intel SDM vol. 3A §8.2.3)
INSTRUCTION uint64_t cpu_read_task_base(void) {
    const uint64_t *descriptor = (const uint64_t *)(cpu_read_gdt_base() + (cpu_read_task_register() & ~7u));
    return (descriptor[0] >> 16 & 0xFFFFFF) | (descriptor[0] >> 56 << 24) | descriptor[1] << 32;
}

// ---- Memory-mapped registers --------------------------------------------------------------------------------------

INSTRUCTION uint32_t cpu_read_mmio32(uint64_t address) { return *(volatile uint32_t *)address; }
INSTRUCTION void cpu_write_mmio32(uint64_t address, uint32_t value) { *(volatile uint32_t *)address = value; }

// ---- State that is switched with a virtual CPU and not by the world switch ------------------------------------------

INSTRUCTION uint64_t cpu_read_xcr0(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}
INSTRUCTION void cpu_write_xcr0(uint64_t value) {
    __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}
INSTRUCTION void cpu_xsave(uint64_t area, uint64_t components) {
    __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"((uint32_t)components), "d"((uint32_t)(components >> 32)) : "memory");
}
INSTRUCTION void cpu_xrstor(uint64_t area, uint64_t components) {
    __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"((uint32_t)components), "d"((uint32_t)(components >> 32)) : "memory");
}
INSTRUCTION void cpu_fxsave(uint64_t area) { __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory"); }
INSTRUCTION void cpu_fxrstor(uint64_t area) { __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory"); }

/// The breakpoint addresses DR0 to DR3.
struct DebugAddresses {
    uint64_t dr0, dr1, dr2, dr3;
};

INSTRUCTION struct DebugAddresses cpu_read_debug_addresses(void) {
    struct DebugAddresses debug;
    __asm__ volatile("mov %%dr0, %0" : "=r"(debug.dr0));
    __asm__ volatile("mov %%dr1, %0" : "=r"(debug.dr1));
    __asm__ volatile("mov %%dr2, %0" : "=r"(debug.dr2));
    __asm__ volatile("mov %%dr3, %0" : "=r"(debug.dr3));
    return debug;
}

INSTRUCTION void cpu_write_debug_addresses(struct DebugAddresses debug) {
    __asm__ volatile("mov %0, %%dr0" : : "r"(debug.dr0));
    __asm__ volatile("mov %0, %%dr1" : : "r"(debug.dr1));
    __asm__ volatile("mov %0, %%dr2" : : "r"(debug.dr2));
    __asm__ volatile("mov %0, %%dr3" : : "r"(debug.dr3));
}

// ---- Memory shared with a guest: every access is one whole access, and bits are set and cleared atomically ----------

INSTRUCTION bool cpu_test_and_set_bit(uint64_t word_address, uint64_t bit) {
    return __atomic_fetch_or((uint64_t *)word_address, 1ull << bit, __ATOMIC_SEQ_CST) >> bit & 1;
}
INSTRUCTION bool cpu_test_and_clear_bit(uint64_t word_address, uint64_t bit) {
    return __atomic_fetch_and((uint64_t *)word_address, ~(1ull << bit), __ATOMIC_SEQ_CST) >> bit & 1;
}
INSTRUCTION uint64_t cpu_load64(uint64_t address) { return __atomic_load_n((uint64_t *)address, __ATOMIC_SEQ_CST); }
INSTRUCTION void cpu_store64(uint64_t address, uint64_t value) { __atomic_store_n((uint64_t *)address, value, __ATOMIC_RELEASE); }
INSTRUCTION uint32_t cpu_load32(uint64_t address) { return __atomic_load_n((uint32_t *)address, __ATOMIC_SEQ_CST); }
INSTRUCTION void cpu_store32(uint64_t address, uint32_t value) { __atomic_store_n((uint32_t *)address, value, __ATOMIC_RELEASE); }
INSTRUCTION uint8_t cpu_load8(uint64_t address) { return __atomic_load_n((uint8_t *)address, __ATOMIC_SEQ_CST); }
INSTRUCTION void cpu_store8(uint64_t address, uint8_t value) { __atomic_store_n((uint8_t *)address, value, __ATOMIC_RELEASE); }
/// Stores `value` if `expected` is there. Returns what was there before.
INSTRUCTION uint32_t cpu_compare_exchange32(uint64_t address, uint32_t expected, uint32_t value) {
    __atomic_compare_exchange_n((uint32_t *)address, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}
INSTRUCTION void cpu_clear_bits16(uint64_t address, uint16_t bits) {
    __atomic_fetch_and((uint16_t *)address, (uint16_t)~bits, __ATOMIC_SEQ_CST);
}
INSTRUCTION uint64_t cpu_exchange64(uint64_t address, uint64_t value) {
    return __atomic_exchange_n((uint64_t *)address, value, __ATOMIC_SEQ_CST);
}
INSTRUCTION uint8_t cpu_exchange8(uint64_t address, uint8_t value) {
    return __atomic_exchange_n((uint8_t *)address, value, __ATOMIC_SEQ_CST);
}

// ---- Memory in bulk -------------------------------------------------------------------------------------------------

/// Fills a page with one eight-byte pattern, 16 bytes at a time. This is the only place where the hypervisor uses a vector register. As all
/// of them, it holds a value of the guest that ran last: it gets it back.
INSTRUCTION void cpu_fill_page(uint64_t address, uint64_t pattern) {
    uint64_t kept[2];
    uint64_t end = address + 4096;
    __asm__ volatile(
        "movups %%xmm0, %[kept]\n\t"
        "movq %[pattern], %%xmm0\n\t"
        "punpcklqdq %%xmm0, %%xmm0\n"
        "1:\n\t"
        "movaps %%xmm0, (%[place])\n\t"
        "movaps %%xmm0, 16(%[place])\n\t"
        "movaps %%xmm0, 32(%[place])\n\t"
        "movaps %%xmm0, 48(%[place])\n\t"
        "movaps %%xmm0, 64(%[place])\n\t"
        "movaps %%xmm0, 80(%[place])\n\t"
        "movaps %%xmm0, 96(%[place])\n\t"
        "movaps %%xmm0, 112(%[place])\n\t"
        "add $128, %[place]\n\t"
        "cmp %[end], %[place]\n\t"
        "jne 1b\n\t"
        "movups %[kept], %%xmm0"
        : [place] "+r"(address), [kept] "=m"(kept)
        : [pattern] "r"(pattern), [end] "r"(end)
        : "memory", "cc");
}

// ---- Shared with boot/ ----------------------------------------------------------------------------------------------

/// A virtual CPU's general registers while the hypervisor runs. The stack pointer lies in the VMCB or VMCS, and so, on
/// SVM, does RAX while the guest runs. boot/registers.inc knows these offsets.
struct GuestRegisters {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};

/// What boot/vectors.asm saves of the hypervisor when an exception or an interrupt arrives.
struct InterruptFrame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

/// Where the linker has put the parts of the kernel: physical addresses, each part a whole number of pages.
struct KernelLayout {
    uint64_t text_start, text_end;
    uint64_t constants_end;
    uint64_t data_end;
    uint64_t stack_guard;
    uint64_t stack_top;
    uint64_t fault_stack_guard;
    uint64_t fault_stack_top;
    uint64_t vectors;
    uint64_t global_descriptors;
    uint64_t task_state;
    /// The lines of boot/processors.asm that other processors begin with, and where they find their stack and the page tables.
    uint64_t trampoline_start, trampoline_end;
    uint64_t processor_stack, processor_tables;
};

extern const struct KernelLayout kernel_layout;

/// VMSAVE: keeps the hypervisor's FS, GS, TR, LDTR and system-call registers for the world switch to load.
INSTRUCTION void svm_save_host(uint64_t host_vmcb_address) { __asm__ volatile("vmsave %0" : : "a"(host_vmcb_address) : "memory"); }

/// boot/svm.asm: runs the guest of the VMCB until the next #VMEXIT. The guest leaves nothing of the hypervisor's registers
/// but the stack and frame pointers: the compiler keeps what it still needs.
INSTRUCTION void svm_world_switch(uint64_t vmcb_address, struct GuestRegisters *registers, uint64_t host_vmcb_address) {
    __asm__ volatile("call svm_world_switch"
                     : "+D"(vmcb_address), "+S"(registers), "+d"(host_vmcb_address)
                     :
                     : "rax", "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory");
}

// ---- VMX: each instruction sets the carry or the zero flag when it fails (Intel SDM vol. 3C §31.2, §31.3) -----------------

/// VMXON, with the address of a region that holds the revision identifier. Returns whether VMX is on.
INSTRUCTION bool cpu_vmxon(uint64_t region) {
    bool succeeded;
    __asm__ volatile("vmxon %1" : "=@cca"(succeeded) : "m"(region) : "memory");
    return succeeded;
}
INSTRUCTION bool cpu_vmclear(uint64_t region) {
    bool succeeded;
    __asm__ volatile("vmclear %1" : "=@cca"(succeeded) : "m"(region) : "memory");
    return succeeded;
}
INSTRUCTION bool cpu_vmptrld(uint64_t region) {
    bool succeeded;
    __asm__ volatile("vmptrld %1" : "=@cca"(succeeded) : "m"(region) : "memory");
    return succeeded;
}
INSTRUCTION uint64_t cpu_vmread(uint64_t field) {
    uint64_t value;
    __asm__ volatile("vmread %1, %0" : "=r"(value) : "r"(field) : "cc", "memory");
    return value;
}
INSTRUCTION void cpu_vmwrite(uint64_t field, uint64_t value) {
    __asm__ volatile("vmwrite %1, %0" : : "r"(field), "r"(value) : "cc", "memory");
}

/// INVEPT: drops cached translations of one set of extended page tables (1) or of all (2).
INSTRUCTION void cpu_invept(uint64_t type, uint64_t tables) {
    struct { uint64_t tables, zero; } descriptor = {tables, 0};
    __asm__ volatile("invept %1, %0" : : "r"(type), "m"(descriptor) : "cc", "memory");
}
/// INVVPID: drops cached translations of one virtual-processor identifier (1) or of all (2).
INSTRUCTION void cpu_invvpid(uint64_t type, uint64_t identifier) {
    struct { uint64_t identifier, address; } descriptor = {identifier, 0};
    __asm__ volatile("invvpid %1, %0" : : "r"(type), "m"(descriptor) : "cc", "memory");
}

/// boot/vmx.asm: where the processor goes at a VM exit.
extern const char vmx_exit[];
INSTRUCTION uint64_t vmx_exit_address(void) { return (uint64_t)vmx_exit; }

/// boot/vmx.asm: runs the guest of the current VMCS until the next VM exit. Returns false when the processor refuses to enter.
INSTRUCTION bool vmx_world_switch(struct GuestRegisters *registers, bool is_launched) {
    uint32_t launched = is_launched;
    bool entered;
    __asm__ volatile("call vmx_world_switch"
                     : "=a"(entered), "+D"(registers), "+S"(launched)
                     :
                     : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory");
    return entered;
}
