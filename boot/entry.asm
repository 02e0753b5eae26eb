; SPDX-License-Identifier: MIT
;
; From the boot loader to Swift: a multiboot 1 loader (GRUB, or QEMU's -kernel) leaves us in 32-bit protected mode without
; paging. Four steps lead to long mode and to kernel_main.
;
;   1. Note the time and what the loader handed over.
;   2. Page tables that map the first 4 GiB onto themselves with 2 MiB pages.
;   3. PAE, EFER.LME and EFER.NXE, paging, and a far jump into a 64-bit code segment.
;   4. The stack, and Swift.
;
; Multiboot specification 0.6.96 §3; AMD APM vol. 2 §14.8 (entering long mode)

MULTIBOOT_MAGIC equ 0x1BADB002
MULTIBOOT_FLAGS equ 3                   ; modules on page boundaries, and the memory map

%include "long-mode.inc"

        section .multiboot align=4
        dd      MULTIBOOT_MAGIC
        dd      MULTIBOOT_FLAGS
        dd      -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

        bits    32
        section .text
        global  start
        extern  kernel_main

start:
        cli
        cld
        mov     esp, stack_top
        push    eax                     ; the loader's magic number
        push    ebx                     ; the address of its information
        rdtsc
        mov     [entry_timestamp], eax
        mov     [entry_timestamp + 4], edx

        mov     eax, 0x80000000         ; without long mode there is nothing to be done
        cpuid
        cmp     eax, 0x80000001
        jb      no_long_mode
        mov     eax, 0x80000001
        cpuid
        bt      edx, 29
        jnc     no_long_mode

        mov     eax, early_directories + 3
        mov     edi, early_pointers
        mov     ecx, 4
.pointer:
        mov     [edi], eax
        add     eax, 4096
        add     edi, 8
        loop    .pointer
        mov     dword [early_root], early_pointers + 3
        mov     eax, 0x83               ; present, writable, 2 MiB
        mov     edi, early_directories
        mov     ecx, 2048
.directory:
        mov     [edi], eax
        add     eax, 0x200000
        add     edi, 8
        loop    .directory

        ENABLE_LONG_MODE
        pop     esi                     ; second argument: the loader's information
        pop     edi                     ; first: its magic number
        lgdt    [descriptor_pointer]
        jmp     CODE_SELECTOR:long_mode

no_long_mode:
        mov     esi, no_long_mode_message
        mov     dx, 0x3F8
.character:
        lodsb
        test    al, al
        jz      .stop
        out     dx, al
        jmp     .character
.stop:
        mov     al, 0x12                ; as Shutdown.hypervisorFailed
        out     0xF4, al
.halt:  hlt
        jmp     .halt

        bits    64
long_mode:
        LOAD_DATA_SEGMENTS
        mov     rsp, stack_top
        xor     ebp, ebp                ; a backtrace ends here
        mov     edi, edi
        mov     esi, esi
        mov     rdx, [entry_timestamp]  ; third argument
        call    kernel_main
.halt:  cli
        hlt
        jmp     .halt

        section .rodata
no_long_mode_message:
        db      "(apus) FATAL this processor has no 64-bit mode", 13, 10, 0

        align   8
        global  kernel_layout
        extern  text_start, text_end, constants_end, data_end, vectors
        extern  trampoline_start, trampoline_end, processor_stack, processor_tables
kernel_layout:                          ; struct KernelLayout in Kernel/CPU/Boot.h
        dq      text_start, text_end
        dq      constants_end
        dq      data_end
        dq      stack_guard
        dq      stack_top
        dq      fault_stack_guard
        dq      fault_stack_top
        dq      vectors
        dq      descriptors
        dq      task_state
        dq      trampoline_start, trampoline_end
        dq      processor_stack, processor_tables

        section .data
        align   8
descriptors:                            ; null, 64-bit code, data, and room for the task state segment
        dq      0
        dq      0x00209B0000000000
        dq      0x0000930000000000
        dq      0, 0
descriptor_pointer:
        dw      5 * 8 - 1
        dd      descriptors
        align   16
task_state:
        times 104 db 0
        dq      0                       ; the locks that the processor holds

        section .bss
        align   4096
        global  early_root
early_root:             resb 4096
early_pointers:         resb 4096
early_directories:      resb 4 * 4096
stack_guard:            resb 4096       ; unmapped once the kernel has its own page tables
                        resb 32768
stack_top:
fault_stack_guard:      resb 4096       ; the same
                        resb 8192
fault_stack_top:
entry_timestamp:        resb 8
