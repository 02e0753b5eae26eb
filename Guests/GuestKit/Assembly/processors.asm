; SPDX-License-Identifier: MIT
;
; How the other vCPUs of a guest start. One that is started with `VCPUOP_up` begins in 64-bit mode at guest_processor_start. One
; that gets INIT and a start-up message begins in real mode, in a page below 1 MiB that holds a copy of the first lines here, and goes on
; at the same place. There each finds its number in its local APIC's, which is twice as much, and with it its stack; and calls
; guest_processor_main, which is Swift, with the number.

%include "long-mode.inc"
%include "selectors.inc"

extern descriptor_table, table_pointer, gate_pointer, level4, guest_processor_main
global guest_trampoline, guest_trampoline_end, guest_processor_start

PROCESSORS equ 32
STACK_SIZE equ 8192

section .text.processors progbits alloc exec nowrite align=16
bits 16
guest_trampoline:
    cli
    mov ax, cs
    mov ds, ax
    o32 lgdt [start_table_pointer - guest_trampoline]
    mov eax, cr0
    or al, 1                            ; PE
    mov cr0, eax
    jmp dword CODE32:protected_mode
start_table_pointer:
    dw 4 * 8 - 1
    dd descriptor_table
guest_trampoline_end:

bits 32
protected_mode:
    mov eax, DATA
    mov ds, eax
    ENABLE_LONG_MODE
    jmp CODE64:guest_processor_start

bits 64
guest_processor_start:
    lgdt [table_pointer]
    lidt [gate_pointer]
    mov eax, DATA
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov eax, 1
    cpuid
    shr ebx, 25                         ; half the number of the local APIC
    and ebx, PROCESSORS - 1
    mov edi, ebx
    lea eax, [rdi + 1]
    imul eax, STACK_SIZE
    lea rsp, [rax + processor_stacks]
    push CODE64                         ; VCPUOP_up has left another selector in CS
    push .reloaded
    retfq
.reloaded:
    xor ebp, ebp
    call guest_processor_main
.stop:
    cli
    hlt
    jmp .stop

section .bss.processors nobits alloc noexec write align=16
processor_stacks: resb PROCESSORS * STACK_SIZE
