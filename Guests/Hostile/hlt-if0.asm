; SPDX-License-Identifier: MIT
;
; A guest that halts with interrupts off: nothing can wake it, so the domain is powered off.

%include "pvh.inc"

entry:
    PRINT "KTAP version 1", 10, "1..1", 10, "ok 1 hlt-if0: halts with interrupts off", 10
.halt:
    cli
    hlt
    jmp .halt

GUEST_END
