; SPDX-License-Identifier: MIT
;
; Hypercalls from where a kernel does not usually make them: user mode, a 32-bit code segment, and with every register
; filled beforehand and read afterwards. And CPUID in user mode.

%include "selectors.inc"

global guest_user_hypercall, guest_probe_user_cpuid, guest_compat_hypercall, guest_hypercall_with_registers, user_return, guest_uses_vmcall
global guest_stack_top, interrupt_stack_top
extern guest_recovery_stack

%macro SAVE 0
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
%endmacro

%macro RESTORE 0
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
%endmacro

section .text.modes progbits alloc exec nowrite align=16
bits 64

; EDI: the number. RSI, RDX: two arguments. Returns what the hypercall leaves in RAX at privilege level 3.
guest_user_hypercall:
    SAVE
    mov [guest_recovery_stack], rsp
    mov eax, edi
    mov rdi, rsi
    mov rsi, rdx
    push USERDATA
    push user_stack_top
    push 2                              ; RFLAGS: nothing set but the bit that always is
    push USERCODE64
    push .user
    iretq
.user:
    HYPERCALL
    int USER_RETURN_VECTOR

; EDI: a leaf. Returns 256, or the vector of the exception that CPUID raises at privilege level 3.
guest_probe_user_cpuid:
    SAVE
    mov [guest_recovery_stack], rsp
    mov eax, edi
    xor ecx, ecx
    push USERDATA
    push user_stack_top
    push 2
    push USERCODE64
    push .user
    iretq
.user:
    cpuid
    mov eax, 256
    int USER_RETURN_VECTOR

; Where interrupts.asm goes on USER_RETURN_VECTOR: back to the caller of one of these two.
user_return:
    mov rsp, [guest_recovery_stack]
    mov qword [guest_recovery_stack], 0
    RESTORE
    ret

; RDI: six 64-bit values for RAX, RBX, RCX, RDX, RSI and RDI. Returns RAX, all 64 bits of it.
guest_compat_hypercall:
    SAVE
    mov eax, DATA
    mov ds, eax
    mov es, eax
    mov ss, eax
    push CODE32
    push .compat
    mov rax, [rdi]
    mov rbx, [rdi + 8]
    mov rcx, [rdi + 16]
    mov rdx, [rdi + 24]
    mov rsi, [rdi + 32]
    mov rdi, [rdi + 40]
    o64 retf
bits 32
.compat:
    HYPERCALL
    jmp CODE64:.back
bits 64
.back:
    RESTORE
    ret

; RDI: struct GuestCallRegisters. All registers in it but RSP are loaded, and stored again after the hypercall.
guest_hypercall_with_registers:
    SAVE
    push rdi
%macro EACH_REGISTER 1                  ; in the order of the structure, without RAX and RDI
    %1 rbx, 8
    %1 rcx, 16
    %1 rdx, 24
    %1 rsi, 32
    %1 rbp, 48
    %1 r8, 56
    %1 r9, 64
    %1 r10, 72
    %1 r11, 80
    %1 r12, 88
    %1 r13, 96
    %1 r14, 104
    %1 r15, 112
%endmacro
%macro LOAD 2
    mov %1, [rdi + %2]
%endmacro
%macro STORE 2
    mov [rax + %2], %1
%endmacro
    EACH_REGISTER LOAD
    mov rax, [rdi]
    mov rdi, [rdi + 40]
    HYPERCALL
    push rax
    mov rax, [rsp + 8]
    EACH_REGISTER STORE
    mov [rax + 40], rdi
    pop qword [rax]
    pop rdi
    RESTORE
    ret

section .bss nobits alloc noexec write align=16
guest_uses_vmcall: resb 16
resb 4096
user_stack_top:
resb 8192
interrupt_stack_top:
resb 65536
guest_stack_top:
