; SPDX-License-Identifier: MIT
;
; The world switch for AMD SVM: called from Swift, runs the guest, and returns to Swift at the next #VMEXIT.
;
;   svm_world_switch(rdi: address of the guest's VMCB, rsi: its GuestRegisters, rdx: address of the host's VMCB)
;
;   1. The frame pointer goes onto the stack, with the two pointers needed on the way back. The other registers are lost: the
;      caller, svm_world_switch in Kernel/CPU/Boot.h, tells the compiler so.
;   2. CLGI holds back every interrupt; STI makes the physical interrupt flag, which VMRUN notes, let them through while
;      the guest runs.
;   3. VMLOAD brings the guest's FS, GS, TR, LDTR and system-call registers, VMRUN all the rest but the general ones.
;   4. The guest runs. An intercepted event or a physical interrupt leads to the instruction after VMRUN.
;   5. VMSAVE and VMLOAD change those registers back; STGI ends the switch, with maskable interrupts off.
;
; AMD APM vol. 2 §15.5 (VMRUN), §15.5.2 (VMSAVE and VMLOAD), §15.17 (the global interrupt flag)

%include "registers.inc"

        bits    64
        section .text
        global  svm_world_switch

svm_world_switch:
        push    rbp
        push    rdx                     ; [rsp + 8]: the host's VMCB
        push    rsi                     ; [rsp]: the guest's registers
        mov     rax, rdi
        clgi
        sti
        LOAD_GUEST
        vmload
        vmrun
        vmsave
        mov     rax, [rsp + 8]
        vmload
        mov     rax, [rsp]
        SAVE_GUEST
        cli
        stgi
        add     rsp, 16
        pop     rbp
        ret
