// SPDX-License-Identifier: MIT
//
// Memory: registers of devices, words that are shared with a guest, and whole pages.
#pragma once

#include "Instruction.h"

// ---- Memory-mapped registers -----------------------------------------------------------------------------

INSTRUCTION uint32_t cpu_read_mmio32(uint64_t address) { return *(volatile uint32_t *)address; }
INSTRUCTION void cpu_write_mmio32(uint64_t address, uint32_t value) { *(volatile uint32_t *)address = value; }

// ---- Shared with a guest: every access is one whole access, and bits are set and cleared atomically --------

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

// ---- Whole pages -----------------------------------------------------------------------------------------

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
