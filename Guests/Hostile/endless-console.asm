; SPDX-License-Identifier: MIT
;
; A guest that floods the console: 2,000 lines, then 6,400 bytes without an end of line, then a count beyond its memory.

%include "pvh.inc"

entry:
    PRINT "KTAP version 1", 10, "1..1", 10
    mov ebp, 2000
.line:
    PRINT "# a flood of text that says nothing at all, over and over", 10
    dec ebp
    jnz .line

    mov ebp, 100
.no_end:
    PRINT "no end of line in sight ... no end of line in sight ... no end "
    dec ebp
    jnz .no_end

    mov eax, CONSOLE_IO                 ; 2 GiB from the last page of the address space on
    xor ebx, ebx
    mov ecx, 0x80000000
    mov edx, 0xFFFFF000
    call hypercall
    PRINT 10, "ok 1 endless-console: came to its end", 10
    jmp power_off

GUEST_END
