; SPDX-License-Identifier: MIT
;
; The memory routines that a compiler calls on its own. (System V ABI: destination in RDI, length in RDX)

global memset, memcpy, memmove, memcmp

section .text.memory progbits alloc exec nowrite align=16
bits 64

memset:
    mov r8, rdi
    movzx eax, sil
    mov rcx, rdx
    rep stosb
    mov rax, r8
    ret

memmove:
    mov rax, rdi
    sub rax, rsi
    cmp rax, rdx
    jb move_backwards                   ; the destination lies within the source
memcpy:
    mov rax, rdi
    mov rcx, rdx
    rep movsb
    ret
move_backwards:
    mov rax, rdi
    mov rcx, rdx
    lea rdi, [rdi + rdx - 1]
    lea rsi, [rsi + rdx - 1]
    std
    rep movsb
    cld
    ret

memcmp:
    mov rcx, rdx
    xor eax, eax
    cmp rcx, rcx                        ; equal, should the length be 0
    repe cmpsb
    je .equal
    movzx eax, byte [rdi - 1]
    movzx edx, byte [rsi - 1]
    sub eax, edx
.equal:
    ret
