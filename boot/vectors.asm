; SPDX-License-Identifier: MIT
;
; Where exceptions and interrupts of the hypervisor itself arrive. Every vector has a stub of 16 bytes that pushes its
; number (and a zero where the processor pushes no error code); the rest is common: save, call Swift, restore.

        bits    64
        section .text
        global  vectors
        extern  interrupt_taken

%macro VECTOR 1
        align   16
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21 || %1 == 29 || %1 == 30
%else
        push    0
%endif
        push    %1
        jmp     take
%endmacro

        align   16
vectors:
%assign number 0
%rep 256
        VECTOR  number
%assign number number + 1
%endrep

; The order of the pushes is that of struct InterruptFrame in Kernel/CPU/Boot.h, from its end.
take:
        push    rax
        push    rbx
        push    rcx
        push    rdx
        push    rsi
        push    rdi
        push    rbp
        push    r8
        push    r9
        push    r10
        push    r11
        push    r12
        push    r13
        push    r14
        push    r15
        cld
        mov     rdi, rsp
        mov     rbp, rsp
        and     rsp, -16
        call    interrupt_taken
        mov     rsp, rbp
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     r11
        pop     r10
        pop     r9
        pop     r8
        pop     rbp
        pop     rdi
        pop     rsi
        pop     rdx
        pop     rcx
        pop     rbx
        pop     rax
        add     rsp, 16
        iretq
