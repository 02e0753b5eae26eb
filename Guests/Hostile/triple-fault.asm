; SPDX-License-Identifier: MIT
;
; A guest that triple-faults: an exception without a table to look it up in. The hypervisor ends the domain.

%include "pvh.inc"

entry:
    PRINT "# this domain triple-faults", 10
    lidt [.no_table]
    ud2
.no_table:
    dw 0
    dd 0

GUEST_END
