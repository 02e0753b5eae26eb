; SPDX-License-Identifier: MIT
;
; Where a further vCPU begins that VCPUOP_initialise has started in 64-bit mode, with the first one's page tables: it takes
; over the descriptor tables, and calls the function whose address is in RBX, with the argument in RDI.
; It has no task state, so it must stay at privilege level 0.

%include "selectors.inc"

extern table_pointer, gate_pointer
global guest_secondary_entry

section .text.secondary progbits alloc exec nowrite align=16
bits 64
guest_secondary_entry:
    cli
    lgdt [table_pointer]
    lidt [gate_pointer]
    push CODE64
    push .reloaded
    o64 retf
.reloaded:
    mov eax, DATA
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor ebp, ebp
    call rbx
.stop:
    cli
    hlt
    jmp .stop
