; SPDX-License-Identifier: MIT
;
; A guest that executes random bytes: 64 pieces of 64 bytes. An exception ends a piece and the next one begins. The
; bytes are the same in every run. Whatever they do, the hypervisor survives it and other domains go on.

%include "pvh.inc"

PIECES     equ 64
PIECE_SIZE equ 64
GARBAGE    equ 0x200000                 ; one piece every 4 KiB, INT3 in between

entry:
    PRINT "# this domain executes random bytes", 10
    mov edi, GARBAGE
    mov eax, 0xCCCCCCCC
    mov ecx, PIECES * 1024
    rep stosd
    mov edi, GARBAGE
    mov eax, 0x12345678
.piece:
    mov ecx, PIECE_SIZE / 4
.fill:                                  ; Marsaglia's xorshift, a new number for each four bytes
    mov edx, eax
    shl edx, 13
    xor eax, edx
    mov edx, eax
    shr edx, 17
    xor eax, edx
    mov edx, eax
    shl edx, 5
    xor eax, edx
    stosd
    loop .fill
    add edi, 4096 - PIECE_SIZE
    cmp edi, GARBAGE + PIECES * 4096
    jb .piece

    mov edi, gates                      ; every vector goes to `next`
    mov ecx, 256
.gate:
    mov eax, next
    mov [edi], ax
    mov word [edi + 2], 8
    mov word [edi + 4], 0x8E00
    shr eax, 16
    mov [edi + 6], ax
    add edi, 8
    loop .gate
    lgdt [table_pointer]
    jmp 8:next                          ; the gates' code segment is in our own table

; The next piece, with all that the last one may have changed set anew.
next:
    cli
    cld
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov esp, stack_top
    lidt [gate_pointer]
    mov ebp, [piece]
    inc dword [piece]
    cmp ebp, PIECES
    jae .end
    shl ebp, 12
    add ebp, GARBAGE
    xor eax, eax
    xor ebx, ebx
    xor ecx, ecx
    xor edx, edx
    xor esi, esi
    xor edi, edi
    jmp ebp
.end:
    PRINT "# this domain has outlived its random bytes", 10
    jmp power_off

piece:
    dd 0
table_pointer:
    dw 23
    dd table
gate_pointer:
    dw 256 * 8 - 1
    dd gates
table:
    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF

gates:
    times 256 dq 0

GUEST_END
