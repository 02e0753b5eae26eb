// SPDX-License-Identifier: MIT
//
// What Swift cannot say in a guest: the hypercall instructions, and the routines of Guests/GuestKit/Assembly. Addresses
// are passed as numbers: a guest's linear and physical addresses are the same.
#pragma once

#include <stdint.h>

#define GUEST_INSTRUCTION static inline __attribute__((always_inline))

// ---- Hypercalls (Xen's calling convention: number in RAX, arguments in RDI, RSI, RDX, R10, R8) ---------------------

/// VMMCALL: how a guest calls the hypervisor on a processor by AMD or Hygon.
GUEST_INSTRUCTION int64_t guest_vmmcall(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    register uint64_t fourth __asm__("r10") = d;
    register uint64_t fifth __asm__("r8") = e;
    int64_t result;
    __asm__ volatile("vmmcall"
                     : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(fourth), "+r"(fifth)
                     : "a"(number)
                     : "memory");
    return result;
}

/// VMCALL: how a guest calls the hypervisor on any other processor.
GUEST_INSTRUCTION int64_t guest_vmcall(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    register uint64_t fourth __asm__("r10") = d;
    register uint64_t fifth __asm__("r8") = e;
    int64_t result;
    __asm__ volatile("vmcall"
                     : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(fourth), "+r"(fifth)
                     : "a"(number)
                     : "memory");
    return result;
}

/// Calls a stub of the hypercall page, which loads the number and executes the right instruction.
GUEST_INSTRUCTION int64_t guest_call_stub(uint64_t stub, uint64_t a, uint64_t b, uint64_t c) {
    int64_t result;
    __asm__ volatile("call *%[stub]"
                     : "=a"(result), "+D"(a), "+S"(b), "+d"(c)
                     : [stub] "r"(stub)
                     : "rcx", "r8", "r9", "r10", "r11", "memory");
    return result;
}

/// Not 0 when hypercalls are made by VMCALL. The assembly reads it.
extern uint8_t guest_uses_vmcall;
GUEST_INSTRUCTION void guest_set_uses_vmcall(uint8_t value) { guest_uses_vmcall = value; }

// ---- Hypercalls from other modes (modes.asm) -----------------------------------------------------------------------

/// One hypercall from privilege level 3: what it left in RAX.
int64_t guest_user_hypercall(uint32_t number, uint64_t first, uint64_t second);

/// The registers of a 32-bit caller: EAX holds the number, then the arguments in order. All 64 bits are loaded.
struct GuestCompatRegisters {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi;
};
int64_t guest_compat_hypercall(const struct GuestCompatRegisters *registers);
GUEST_INSTRUCTION int64_t guest_compat_call(struct GuestCompatRegisters registers) {
    return guest_compat_hypercall(&registers);
}

/// All registers but RSP, before and after a hypercall.
struct GuestCallRegisters {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
};
void guest_hypercall_with_registers(struct GuestCallRegisters *registers);
GUEST_INSTRUCTION struct GuestCallRegisters guest_call_with_registers(struct GuestCallRegisters registers) {
    guest_hypercall_with_registers(&registers);
    return registers;
}

// ---- Further vCPUs (secondary.asm) ---------------------------------------------------------------------------------

extern uint8_t guest_secondary_entry[];
GUEST_INSTRUCTION uint64_t guest_secondary_entry_address(void) { return (uint64_t)guest_secondary_entry; }
GUEST_INSTRUCTION uint64_t guest_function_address(void (*function)(uint64_t)) { return (uint64_t)function; }

// ---- SMAP ----------------------------------------------------------------------------------------------------------

GUEST_INSTRUCTION void guest_set_access_flag(void) { __asm__ volatile("stac" ::: "memory"); }
GUEST_INSTRUCTION void guest_clear_access_flag(void) { __asm__ volatile("clac" ::: "memory"); }

// ---- Instructions that may fault (probes.asm): 256, or the vector of the exception ---------------------------------

uint32_t guest_probe_read_msr(uint32_t index, uint64_t *value);
uint32_t guest_probe_write_msr(uint32_t index, uint64_t value);
uint32_t guest_probe_load32(uint64_t address, uint32_t *value);
uint32_t guest_probe_store32(uint64_t address, uint32_t value);
uint32_t guest_probe_call(uint64_t address);
/// CPUID at privilege level 3 (modes.asm).
uint32_t guest_probe_user_cpuid(uint32_t leaf);

/// What a probe that reads has found: a value, and 256 or the vector of the exception.
struct GuestProbe {
    uint64_t value;
    uint32_t outcome;
};
GUEST_INSTRUCTION struct GuestProbe guest_try_read_msr(uint32_t index) {
    struct GuestProbe probe = {0, 0};
    probe.outcome = guest_probe_read_msr(index, &probe.value);
    return probe;
}
GUEST_INSTRUCTION struct GuestProbe guest_try_load32(uint64_t address) {
    uint32_t value = 0;
    uint32_t outcome = guest_probe_load32(address, &value);
    return (struct GuestProbe){value, outcome};
}

/// The error code and the faulting address (CR2) of the exception that ended the last probe.
extern uint64_t guest_exception_error, guest_exception_address;
GUEST_INSTRUCTION uint64_t guest_last_error(void) { return *(volatile uint64_t *)&guest_exception_error; }
GUEST_INSTRUCTION uint64_t guest_last_fault_address(void) { return *(volatile uint64_t *)&guest_exception_address; }

// ---- Interrupts (interrupts.asm) -----------------------------------------------------------------------------------

extern uint32_t guest_interrupt_counts[256], guest_callback_vector;
extern uint64_t guest_upcall_pending, guest_interrupt_time;

/// STI: takes interrupts from here on.
GUEST_INSTRUCTION void guest_enable_interrupts(void) { __asm__ volatile("sti" : : : "memory"); }

/// How many interrupts have arrived on a vector.
GUEST_INSTRUCTION uint32_t guest_interrupt_count(uint8_t vector) {
    return *(volatile uint32_t *)&guest_interrupt_counts[vector];
}
/// The time-stamp counter at the last interrupt on any vector.
GUEST_INSTRUCTION uint64_t guest_last_interrupt_time(void) { return *(volatile uint64_t *)&guest_interrupt_time; }
/// On this vector the byte at `pending` is cleared. Vector 0: on none.
GUEST_INSTRUCTION void guest_set_callback(uint32_t vector, uint64_t pending) {
    *(volatile uint32_t *)&guest_callback_vector = 0;
    *(volatile uint64_t *)&guest_upcall_pending = pending;
    *(volatile uint32_t *)&guest_callback_vector = vector;
}

// ---- Other vCPUs (processors.asm) ----------------------------------------------------------------------------------

extern uint8_t guest_trampoline[], guest_trampoline_end[], guest_processor_start[], level4[];
/// Where a vCPU starts in 64-bit mode, and the page tables that it starts with.
GUEST_INSTRUCTION uint64_t guest_processor_start_address(void) { return (uint64_t)guest_processor_start; }
GUEST_INSTRUCTION uint64_t guest_page_tables_address(void) { return (uint64_t)level4; }
/// The lines that one begins with in real mode.
GUEST_INSTRUCTION uint64_t guest_trampoline_address(void) { return (uint64_t)guest_trampoline; }
GUEST_INSTRUCTION uint64_t guest_trampoline_size(void) { return (uint64_t)(guest_trampoline_end - guest_trampoline); }

/// One indivisible addition; the value before it.
GUEST_INSTRUCTION uint64_t guest_fetch_add(uint64_t address, uint64_t value) {
    return __atomic_fetch_add((uint64_t *)address, value, __ATOMIC_SEQ_CST);
}

// ---- Memory: every access is one access, and the compiler neither drops nor moves it -------------------------------

GUEST_INSTRUCTION uint16_t guest_load16(uint64_t address) { return *(volatile uint16_t *)address; }
GUEST_INSTRUCTION void guest_store16(uint64_t address, uint16_t value) { *(volatile uint16_t *)address = value; }

/// The pool that pages are taken from: its address and its end. (linker/guest.ld)
extern uint8_t guest_pool_start[], guest_pool_end[];
GUEST_INSTRUCTION uint64_t guest_pool_first_address(void) { return (uint64_t)guest_pool_start; }
GUEST_INSTRUCTION uint64_t guest_pool_end_address(void) { return (uint64_t)guest_pool_end; }

/// Where the guest's own image begins and ends. (linker/guest.ld)
extern uint8_t guest_image_start[], guest_image_end[];
GUEST_INSTRUCTION uint64_t guest_image_first_address(void) { return (uint64_t)guest_image_start; }
GUEST_INSTRUCTION uint64_t guest_image_end_address(void) { return (uint64_t)guest_image_end; }

// ---- Accesses to memory other than MOV: what a hypervisor has to take apart where there is no memory ------------------------

/// REP MOVSB: copies bytes upwards.
GUEST_INSTRUCTION void guest_copy_bytes(uint64_t to, uint64_t from, uint64_t count) {
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}
/// STD and REP MOVSL: copies double words downwards, the one at the address first.
GUEST_INSTRUCTION void guest_copy_downwards(uint64_t to, uint64_t from, uint64_t count) {
    __asm__ volatile("std\n\trep movsl\n\tcld" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}
/// REP STOSQ.
GUEST_INSTRUCTION void guest_fill_words(uint64_t to, uint64_t value, uint64_t count) {
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(value) : "memory");
}
/// BT with the bit's number in a register, which reaches beyond the word at the address.
GUEST_INSTRUCTION uint8_t guest_test_bit(uint64_t address, uint64_t bit) {
    uint8_t is_set;
    __asm__ volatile("btq %[bit], (%[address])\n\tsetc %[set]"
                     : [set] "=q"(is_set) : [address] "r"(address), [bit] "r"(bit) : "cc", "memory");
    return is_set;
}
/// ADD to memory.
GUEST_INSTRUCTION void guest_add32(uint64_t address, uint32_t value) {
    __asm__ volatile("addl %1, (%0)" : : "r"(address), "r"(value) : "cc", "memory");
}
/// XADD: what was there before.
GUEST_INSTRUCTION uint32_t guest_exchange_and_add32(uint64_t address, uint32_t value) {
    __asm__ volatile("lock xaddl %1, (%0)" : "+r"(address), "+r"(value) : : "cc", "memory");
    return value;
}
/// MOVZX of a byte.
GUEST_INSTRUCTION uint64_t guest_load_extended8(uint64_t address) {
    uint64_t value;
    __asm__ volatile("movzbl (%1), %k0" : "=r"(value) : "r"(address) : "memory");
    return value;
}
/// MOVUPS: the lower half of 16 bytes. Everything else is compiled to leave the vector registers alone.
GUEST_INSTRUCTION uint64_t guest_load_vector(uint64_t address) {
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0\n\tor $0x200, %0\n\tmov %0, %%cr4\n\tmovups (%1), %%xmm0\n\tmovq %%xmm0, %0"
                     : "=&r"(value) : "r"(address) : "memory");
    return value;
}
/// MOVUPS: all of the vector register that guest_load_vector has loaded.
GUEST_INSTRUCTION void guest_store_vector(uint64_t address) { __asm__ volatile("movups %%xmm0, (%0)" : : "r"(address) : "memory"); }
