; SPDX-License-Identifier: MIT
;
; Descriptor tables: segments for kernel and user mode, 64-bit and 32-bit; the task state with the stack for interrupts
; from user mode; and a gate for each of the 256 vectors (interrupts.asm).

%include "selectors.inc"

extern interrupt_stubs, interrupt_stack_top
global descriptor_table, descriptor_table_size, load_descriptor_tables, table_pointer, gate_pointer

GATE_INTERRUPT      equ 0x8E            ; present, privilege level 0
GATE_INTERRUPT_USER equ 0xEE            ; present, privilege level 3

section .data align=16
descriptor_table:
    dq 0
    dq 0x00AF9B000000FFFF               ; 64-bit code
    dq 0x00CF93000000FFFF               ; data
    dq 0x00CF9B000000FFFF               ; 32-bit code
    dq 0x00CFF3000000FFFF               ; user data
    dq 0x00AFFB000000FFFF               ; user 64-bit code
task_descriptor:
    dq 0x0000890000000067               ; task state, base filled in below
    dq 0
descriptor_table_size equ $ - descriptor_table

table_pointer:
    dw descriptor_table_size - 1
    dq descriptor_table
gate_pointer:
    dw 256 * 16 - 1
    dq gates

section .bss nobits alloc noexec write align=16
gates: resq 256 * 2
task_state: resb 104

section .text.descriptors progbits alloc exec nowrite align=16
bits 64
load_descriptor_tables:
    mov eax, task_state
    mov [task_descriptor + 2], ax
    shr eax, 16
    mov [task_descriptor + 4], al
    mov [task_descriptor + 7], ah
    mov rax, interrupt_stack_top
    mov [task_state + 4], rax           ; RSP0
    mov word [task_state + 102], 104    ; no I/O map

    mov edi, gates
    mov eax, interrupt_stubs
    mov ecx, 256
.gate:
    mov [rdi], ax
    mov word [rdi + 2], CODE64
    mov word [rdi + 4], GATE_INTERRUPT << 8
    mov edx, eax
    shr edx, 16
    mov [rdi + 6], dx
    add rdi, 16
    add eax, 16
    dec ecx
    jnz .gate
    mov byte [gates + USER_RETURN_VECTOR * 16 + 5], GATE_INTERRUPT_USER

    lgdt [table_pointer]
    lidt [gate_pointer]
    mov eax, TASK
    ltr ax
    ret
