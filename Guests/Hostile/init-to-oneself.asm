; SPDX-License-Identifier: MIT
;
; A guest that sends INIT to its only virtual CPU, through its local APIC. That is down then, and nobody can start it again: the
; domain is powered off.

%include "pvh.inc"

COMMAND equ 0xFEE00300                  ; the local APIC's interrupt command register

entry:
    mov dword [COMMAND], 1 << 18 | 1 << 14 | 5 << 8 ; to oneself, asserted, INIT
.on:
    pause
    jmp .on

GUEST_END
