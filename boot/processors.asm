; SPDX-License-Identifier: MIT
;
; How the other processors start: the boot processor sends each of them INIT and a start-up message with the number of a page below
; 1 MiB. There they begin, in real mode, with the first few lines below, of which Swift has put a copy there.
;
;   1. Real mode: a table of flat segments, and protected mode.
;   2. Long mode, on the tables with which the boot processor started.
;   3. The stack that waits in processor_stack. Whoever takes it leaves zero there: a processor that comes when nobody expects it any
;      more finds none, and stops.
;   4. The hypervisor's own page tables, and Swift.
;
; Intel SDM vol. 3A §9.4.4 (start-up), §9.9.1 (to protected mode)

%include "long-mode.inc"

CODE32_SELECTOR equ 0x18

        section .text
        global  trampoline_start, trampoline_end
        extern  early_root, processor_main

        bits    16
trampoline_start:
        cli
        cld
        mov     ax, cs
        mov     ds, ax
        o32 lgdt [start_pointer - trampoline_start]
        mov     eax, cr0
        or      al, 1                   ; PE
        mov     cr0, eax
        jmp     dword CODE32_SELECTOR:protected_mode
start_pointer:
        dw      4 * 8 - 1
        dd      start_descriptors
trampoline_end:

        bits    32
protected_mode:
        mov     eax, DATA_SELECTOR
        mov     ds, eax
        ENABLE_LONG_MODE
        jmp     CODE_SELECTOR:long_mode

        bits    64
long_mode:
        LOAD_DATA_SEGMENTS
        xor     eax, eax
        xchg    rax, [processor_stack]
        test    rax, rax
        jz      .stop
        mov     rsp, rax
        mov     rax, [processor_tables]
        mov     cr3, rax
        xor     ebp, ebp                ; a backtrace ends here
        call    processor_main
.stop:  cli
        hlt
        jmp     .stop

        section .rodata
        align   8
start_descriptors:                      ; null, 64-bit code, data, 32-bit code
        dq      0
        dq      0x00209B0000000000
        dq      0x00CF93000000FFFF
        dq      0x00CF9B000000FFFF

        section .data
        align   8
        global  processor_stack, processor_tables
processor_stack:        dq 0            ; the top of the stack for the next processor
processor_tables:       dq 0            ; the root of the hypervisor's page tables
