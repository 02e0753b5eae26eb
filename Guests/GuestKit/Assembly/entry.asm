; SPDX-License-Identifier: MIT
;
; How a guest starts. Xen jumps to `start` in flat 32-bit mode without paging, EBX pointing to the start info
; (Xen public header arch-x86/hvm/start_info.h). From there:
;   1. keep EBX;
;   2. map the first 4 GiB onto themselves with 2 MiB pages, for user mode as well;
;   3. turn on long mode;
;   4. load the descriptor tables (descriptors.asm);
;   5. call guest_main, which is Swift, with the address of the start info.

%include "long-mode.inc"
%include "selectors.inc"

extern load_descriptor_tables, guest_main, guest_stack_top
global start, guest_start_info, level4

PAGE_PRESENT  equ 1 << 0
PAGE_WRITABLE equ 1 << 1
PAGE_USER     equ 1 << 2
PAGE_LARGE    equ 1 << 7

; The note that makes the ELF file a PVH kernel: name "Xen", type 18 (PHYS32_ENTRY), the entry's address.
section .note.Xen note alloc noexec nowrite align=4
    dd 4, 4, 18
    db "Xen", 0
    dd start

section .text.start progbits alloc exec nowrite align=16
bits 32
start:
    cld
    mov esp, guest_stack_top
    mov [guest_start_info], ebx

    ; One top-level entry, four second-level entries, and four tables of 512 large pages.
    mov dword [level4], level3 + (PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER)
    mov eax, level2 + (PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER)
    xor ecx, ecx
.level3:
    mov [level3 + ecx * 8], eax
    add eax, 4096
    inc ecx
    cmp ecx, 4
    jne .level3
    mov eax, PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER | PAGE_LARGE
    xor ecx, ecx
.level2:
    mov [level2 + ecx * 8], eax
    add eax, 2 << 20
    inc ecx
    cmp ecx, 4 * 512
    jne .level2

    ENABLE_LONG_MODE
    lgdt [boot_table_pointer]
    jmp CODE64:.long_mode

bits 64
.long_mode:
    mov eax, DATA
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    mov rsp, guest_stack_top
    xor ebp, ebp
    call load_descriptor_tables
    mov edi, [guest_start_info]
    call guest_main
.stop:
    cli
    hlt
    jmp .stop

section .rodata
boot_table_pointer:
    dw descriptor_table_size - 1
    dd descriptor_table
extern descriptor_table, descriptor_table_size

section .bss nobits alloc noexec write align=4096
level4: resb 4096
level3: resb 4096
level2: resb 4 * 4096
guest_start_info: resq 1
