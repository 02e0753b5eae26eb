; SPDX-License-Identifier: MIT
;
; Instructions that may fault. Each routine does one thing and returns 256, or the vector of the exception that it
; raised (interrupts.asm unwinds it).

global guest_probe_read_msr, guest_probe_write_msr, guest_probe_load32, guest_probe_store32, guest_probe_call
extern guest_recovery_stack

NO_EXCEPTION equ 256

%macro BEGIN_PROBE 0
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    mov [guest_recovery_stack], rsp
%endmacro

%macro END_PROBE 0
    mov qword [guest_recovery_stack], 0
    mov eax, NO_EXCEPTION
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret
%endmacro

section .text.probes progbits alloc exec nowrite align=16
bits 64

; EDI: the MSR. RSI: where its value goes.
guest_probe_read_msr:
    BEGIN_PROBE
    mov ecx, edi
    rdmsr
    mov [rsi], eax
    mov [rsi + 4], edx
    END_PROBE

; EDI: the MSR. RSI: its new value.
guest_probe_write_msr:
    BEGIN_PROBE
    mov ecx, edi
    mov eax, esi
    mov rdx, rsi
    shr rdx, 32
    wrmsr
    END_PROBE

; RDI: the address. RSI: where its 32 bits go.
guest_probe_load32:
    BEGIN_PROBE
    mov eax, [rdi]
    mov [rsi], eax
    END_PROBE

; RDI: the address. ESI: 32 bits.
guest_probe_store32:
    BEGIN_PROBE
    mov [rdi], esi
    END_PROBE

; RDI: the address of code that ends with RET.
guest_probe_call:
    BEGIN_PROBE
    call rdi
    END_PROBE
