// SPDX-License-Identifier: MIT
//
// What is shared with the assembly in boot/.
#pragma once

#include "Instruction.h"

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
