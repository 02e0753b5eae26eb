// SPDX-License-Identifier: MIT
//
// Descriptor tables, and what their registers point to.
#pragma once

#include "Instruction.h"

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

/// Where the task state segment lies, by its descriptor. (Intel SDM vol. 3A §8.2.3)
INSTRUCTION uint64_t cpu_read_task_base(void) {
    const uint64_t *descriptor = (const uint64_t *)(cpu_read_gdt_base() + (cpu_read_task_register() & ~7u));
    return (descriptor[0] >> 16 & 0xFFFFFF) | (descriptor[0] >> 56 << 24) | descriptor[1] << 32;
}
