; SPDX-License-Identifier: MIT
;
; A guest that sets its four breakpoints to addresses where the hypervisor's own code may lie, one after the other from
; 1 MiB and a page up to 1.25 MiB, and leaves the guest each time. An exit must switch a guest's breakpoints off: a
; hypervisor that stops at one is at the guest's mercy. Some emulators leave them on.

%include "pvh.inc"

entry:
    PRINT "KTAP version 1", 10, "1..1", 10
    mov eax, 0xFF                       ; DR7: all four, local and global, for instructions of one byte
    mov dr7, eax
    mov esi, 0x101000
.next:
    mov dr0, esi
    inc esi
    mov dr1, esi
    inc esi
    mov dr2, esi
    inc esi
    mov dr3, esi
    inc esi
    xor eax, eax
    cpuid
    cmp esi, 0x140000
    jb .next
    xor eax, eax
    mov dr7, eax
    PRINT "ok 1 breakpoints: the hypervisor does not stop at the guest's", 10
    jmp power_off

GUEST_END
