; SPDX-License-Identifier: MIT
;
; What happens when an interrupt or an exception arrives.
;   - An interrupt is counted by its vector, the time is noted, and the guest goes on. On the vector of the event callback the vCPU's
;     upcall-pending byte is cleared first: the hypervisor raises the interrupt for as long as that byte is set.
;   - An exception that a probe (probes.asm) waits for ends the probe with the vector as its result.
;   - Any other exception goes to guest_exception, which is Swift, and reports it.

%include "selectors.inc"

extern guest_exception, user_return
global interrupt_stubs, guest_recovery_stack
global guest_interrupt_counts, guest_interrupt_time, guest_callback_vector, guest_upcall_pending
global guest_exception_error, guest_exception_address

section .text.interrupts progbits alloc exec nowrite align=16
bits 64

; Each stub is 16 bytes long. The processor pushes an error code for vectors 8, 10 to 14, 17, 21, 29 and 30.
interrupt_stubs:
%assign vector 0
%rep 256
    align 16, db 0x90
  %if vector != 8 && (vector < 10 || vector > 14) && vector != 17 && vector != 21 && vector != 29 && vector != 30
    push 0
  %endif
    push vector
    jmp near arrived
  %assign vector vector + 1
%endrep
    align 16, db 0x90

; On the stack: vector, error code, RIP, CS, RFLAGS, RSP, SS.
arrived:
    cmp dword [rsp], USER_RETURN_VECTOR
    je user_return
    push rax
    push rcx
    mov eax, [rsp + 16]
    cmp eax, 2                          ; a non-maskable interrupt is counted like any other
    je .count
    cmp eax, 32
    jb exception
.count:
    lock inc dword [guest_interrupt_counts + rax * 4]
    push rax
    push rdx
    rdtsc
    shl rdx, 32
    or rax, rdx
    mov [guest_interrupt_time], rax
    pop rdx
    pop rax
    cmp eax, [guest_callback_vector]
    jne .done
    mov rcx, [guest_upcall_pending]
    mov byte [rcx], 0
.done:
    pop rcx
    pop rax
    add rsp, 16
    iretq

exception:
    mov rcx, [rsp + 24]
    mov [guest_exception_error], rcx
    mov rcx, cr2
    mov [guest_exception_address], rcx
    mov rcx, [guest_recovery_stack]
    test rcx, rcx
    jz .unexpected
    mov rsp, rcx
    mov qword [guest_recovery_stack], 0
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret                                 ; out of the probe, the vector in EAX
.unexpected:
    mov edi, eax                        ; vector
    mov rsi, [rsp + 24]                 ; error code
    mov rdx, [rsp + 32]                 ; RIP
    mov rcx, cr2
    and rsp, -16
    call guest_exception
.stop:
    cli
    hlt
    jmp .stop

section .bss nobits alloc noexec write align=16
guest_recovery_stack:    resq 1
guest_upcall_pending:    resq 1
guest_interrupt_time:    resq 1         ; time-stamp counter at the last interrupt
guest_exception_error:   resq 1
guest_exception_address: resq 1
guest_callback_vector:   resd 1         ; 0: none
guest_interrupt_counts:  resd 256
