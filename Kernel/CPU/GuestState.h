// SPDX-License-Identifier: MIT
//
// State that is switched with a virtual CPU and not by the world switch.
#pragma once

#include "Instruction.h"

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
