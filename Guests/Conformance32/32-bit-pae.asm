; SPDX-License-Identifier: MIT
;
; The suite of a 32-bit guest with three levels of page tables (PAE): entries of 64 bits, and large pages of 2 MiB.

%define PAE
%include "32-bit.asm"
