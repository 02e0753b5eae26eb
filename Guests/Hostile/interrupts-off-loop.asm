; SPDX-License-Identifier: MIT
;
; A guest that computes with interrupts off and never makes a hypercall meanwhile. Only preemption lets others run.
; It ends after 2^29 rounds, a few seconds in an emulator, so that it can be left to itself.

%include "pvh.inc"

entry:
    PRINT "KTAP version 1", 10, "1..1", 10
    cli
    mov ecx, 1 << 29
.round:
    dec ecx
    jnz .round
    PRINT "ok 1 interrupts-off-loop: came to its end", 10
    jmp power_off

GUEST_END
