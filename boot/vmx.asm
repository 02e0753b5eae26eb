; SPDX-License-Identifier: MIT
;
; The world switch for Intel VMX: called from Swift, runs the guest of the current VMCS, and returns to Swift at the next VM
; exit.
;
;   vmx_world_switch(rdi: the guest's GuestRegisters, esi: whether its VMCS has been launched) -> eax: whether it ran
;
;   1. The frame pointer and the address of the guest's registers go onto the stack; RSP goes into the VMCS. The other
;      registers are lost: the caller, vmx_world_switch in Kernel/CPU/VMX.h, tells the compiler so.
;   2. VMLAUNCH the first time, VMRESUME later; they bring all of the guest but the general registers.
;   3. The guest runs. The exit goes to vmx_exit, with the stack as it was, and interrupts off.
;
; When the processor refuses, it goes on behind the instruction, and the answer is 0.
;
; Intel SDM vol. 3C §27 (VM entries), §28.5 (loading host state)

%include "registers.inc"

HOST_RSP equ 0x6C14                     ; a field of the VMCS

        bits    64
        section .text
        global  vmx_world_switch
        global  vmx_exit

vmx_world_switch:
        push    rbp
        push    rdi                     ; [rsp]: the guest's registers
        mov     rax, HOST_RSP
        vmwrite rax, rsp
        test    esi, esi                ; the flags stay until the jump
        mov     rsi, rdi
        mov     rax, [rsi]
        LOAD_GUEST
        jz      .launch
        vmresume
        jmp     .refused
.launch:
        vmlaunch
.refused:
        xor     eax, eax
        pop     rdi
        pop     rbp
        ret

vmx_exit:
        push    rax
        mov     rax, [rsp + 8]
        SAVE_GUEST
        pop     rbx
        mov     [rax], rbx
        mov     eax, 1
        pop     rdi
        pop     rbp
        ret
