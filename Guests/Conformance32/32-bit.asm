; SPDX-License-Identifier: MIT
;
; The conformance suite's part for a 32-bit guest, with two-level paging, or three levels (32-bit-pae.asm): the layouts of 32-bit callers, and the shared
; info page in the 32-bit layout, which the hypervisor takes up when a 32-bit guest asks for the hypercall page.
; Structures are those of the Xen public headers; each test builds its arguments on the stack, last field first.

%include "pvh.inc"
%include "report.inc"

; Where things are put: above the image, below the 4 MiB that every domain has.
DIRECTORY   equ 0x200000                ; page directory
SHARED_INFO equ 0x201000
STUBS       equ 0x202000                ; hypercall page
SPARE       equ 0x203000                ; a page to give away
BUFFER      equ 0x204000
POINTERS    equ 0x208000                ; with three levels: four pointers,
DIRECTORIES equ 0x209000                ; and four directories
UNMAPPED    equ 0xFFC00000              ; the last 4 MiB are not in the page directory

; Errors, as EAX holds them.
ESRCH  equ -3
EFAULT equ -14
EINVAL equ -22
ENOSYS equ -38

DOMID_SELF equ 0x7FF0

; CALL3 number, first, second: a hypercall with two arguments. CALL4: with three.
%macro CALL3 3
    mov ecx, %3
    mov ebx, %2
    mov eax, %1
    call hypercall
%endmacro
%macro CALL4 4
    mov edx, %4
    CALL3 %1, %2, %3
%endmacro

%ifdef PAE

entry:
    ; Every 2 MiB but the last two, onto themselves: present, writable, for user mode as well, large.
    mov edi, DIRECTORIES
    mov eax, 0x87
    mov ecx, 4 * 512 - 2
.map:
    stosd
    mov dword [edi], 0
    add edi, 4
    add eax, 2 << 20
    loop .map
    mov ecx, 4
    xor eax, eax
    rep stosd
    mov edi, POINTERS
    mov eax, DIRECTORIES | 1
    mov ecx, 4
.point:
    stosd
    mov dword [edi], 0
    add edi, 4
    add eax, 0x1000
    loop .point
    mov eax, cr4
    or eax, 1 << 5                      ; PAE
    mov cr4, eax
    mov eax, POINTERS
    mov cr3, eax
    jmp paging

%else

entry:
    ; Every 4 MiB but the last, onto themselves: present, writable, for user mode as well, large.
    mov edi, DIRECTORY
    mov eax, 0x87
.map:
    stosd
    add eax, 4 << 20
    cmp edi, DIRECTORY + 4092
    jne .map
    mov dword [edi], 0
    mov eax, cr4
    or eax, 1 << 4                      ; PSE
    mov cr4, eax
    mov eax, DIRECTORY
    mov cr3, eax

%endif

paging:
    mov eax, cr0
    or eax, 1 << 31
    mov cr0, eax

    PRINT "KTAP version 1", 10, "1..50", 10
    call calling_convention
    call memory
    call events
    call time
    call grants
    call tasks
    PRINT "# end of the 32-bit tests", 10
    jmp power_off

%include "calling-convention.inc"
%include "memory.inc"
%include "events.inc"
%include "time.inc"
%include "grants.inc"
%include "tasks.inc"

GUEST_END
