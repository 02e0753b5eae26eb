; SPDX-License-Identifier: MIT
;
; The memory routines that compiled code calls. They move eight bytes at a time: what is left over goes byte by byte.

        bits    64
        section .text
        global  memcpy
        global  memmove
        global  memset
        global  free
        extern  heap_free

; void *memmove(void *destination, const void *source, size_t count): the two may overlap.
memmove:
        mov     rax, rdi
        sub     rax, rsi                ; a destination inside [source, source + count) is copied from the end
        cmp     rax, rdx
        jb      .backwards

; void *memcpy(void *destination, const void *source, size_t count)
memcpy:
        mov     rax, rdi
        mov     rcx, rdx
        shr     rcx, 3
        rep movsq
        mov     ecx, edx
        and     ecx, 7
        rep movsb
        ret

memmove.backwards:
        mov     rax, rdi
        lea     rdi, [rdi + rdx - 1]
        lea     rsi, [rsi + rdx - 1]
        mov     rcx, rdx
        std
        rep movsb
        cld
        ret

; void free(void *pointer): the compiler does not let Swift define this name.
free:
        jmp     heap_free

; void *memset(void *destination, int value, size_t count)
memset:
        mov     r8, rdi
        movzx   eax, sil
        mov     rcx, 0x0101010101010101
        imul    rax, rcx
        mov     rcx, rdx
        shr     rcx, 3
        rep stosq
        mov     ecx, edx
        and     ecx, 7
        rep stosb
        mov     rax, r8
        ret
