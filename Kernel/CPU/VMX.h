// SPDX-License-Identifier: MIT
//
// VMX: each instruction sets the carry or the zero flag when it fails. (Intel SDM vol. 3C §31.2, §31.3)
#pragma once

#include "Boot.h"
#include "Instruction.h"

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
