// SPDX-License-Identifier: MIT

/// The head of `VCPUOperation.initialize`'s argument (`struct vcpu_hvm_context`, Xen public header `hvm/hvm_vcpu.h`).
///
/// The 120 bytes after it hold a `VCPUContext32` or a `VCPUContext64`, as `mode` says.
public struct VCPUContext: GuestStructure {
    /// 0: 32-bit registers; 1: 64-bit registers.
    public var mode: UInt32 = 0
    /// Padding, zero.
    public var padding: UInt32 = 0

    /// All fields zero.
    public init() {}

    /// The arguments of a call; what the hypervisor fills in starts as zero.
    public init(mode: UInt32) {
        self.mode = mode
    }
}

/// The registers of a vCPU that starts in 64-bit mode (`struct vcpu_hvm_x86_64`, padded to 120 bytes).
public struct VCPUContext64: GuestStructure {
    /// RAX.
    public var rax: UInt64 = 0
    /// RCX.
    public var rcx: UInt64 = 0
    /// RDX.
    public var rdx: UInt64 = 0
    /// RBX.
    public var rbx: UInt64 = 0
    /// RSP.
    public var rsp: UInt64 = 0
    /// RBP.
    public var rbp: UInt64 = 0
    /// RSI.
    public var rsi: UInt64 = 0
    /// RDI.
    public var rdi: UInt64 = 0
    /// RIP.
    public var rip: UInt64 = 0
    /// RFLAGS.
    public var rflags: UInt64 = 0
    /// CR0.
    public var cr0: UInt64 = 0
    /// CR3.
    public var cr3: UInt64 = 0
    /// CR4.
    public var cr4: UInt64 = 0
    /// EFER.
    public var efer: UInt64 = 0
    /// Padding, zero.
    public var padding: UInt64 = 0

    /// All fields zero.
    public init() {}
}

/// The registers of a vCPU that starts in 32-bit mode (`struct vcpu_hvm_x86_32`, 120 bytes).
public struct VCPUContext32: GuestStructure {
    /// EAX.
    public var eax: UInt32 = 0
    /// ECX.
    public var ecx: UInt32 = 0
    /// EDX.
    public var edx: UInt32 = 0
    /// EBX.
    public var ebx: UInt32 = 0
    /// ESP.
    public var esp: UInt32 = 0
    /// EBP.
    public var ebp: UInt32 = 0
    /// ESI.
    public var esi: UInt32 = 0
    /// EDI.
    public var edi: UInt32 = 0
    /// EIP.
    public var eip: UInt32 = 0
    /// EFLAGS.
    public var eflags: UInt32 = 0
    /// CR0.
    public var cr0: UInt32 = 0
    /// CR3.
    public var cr3: UInt32 = 0
    /// CR4.
    public var cr4: UInt32 = 0
    /// Padding, zero.
    public var padding0: UInt32 = 0
    /// EFER.
    public var efer: UInt64 = 0
    /// Base of CS.
    public var csBase: UInt32 = 0
    /// Base of DS.
    public var dsBase: UInt32 = 0
    /// Base of SS.
    public var ssBase: UInt32 = 0
    /// Base of ES.
    public var esBase: UInt32 = 0
    /// Base of TR.
    public var trBase: UInt32 = 0
    /// Limit of CS.
    public var csLimit: UInt32 = 0
    /// Limit of DS.
    public var dsLimit: UInt32 = 0
    /// Limit of SS.
    public var ssLimit: UInt32 = 0
    /// Limit of ES.
    public var esLimit: UInt32 = 0
    /// Limit of TR.
    public var trLimit: UInt32 = 0
    /// Attributes of CS: descriptor bits 55...52 and 47...40.
    public var csAttributes: UInt16 = 0
    /// Attributes of DS.
    public var dsAttributes: UInt16 = 0
    /// Attributes of SS.
    public var ssAttributes: UInt16 = 0
    /// Attributes of ES.
    public var esAttributes: UInt16 = 0
    /// Attributes of TR.
    public var trAttributes: UInt16 = 0
    /// Padding, zero.
    public var padding1: UInt16 = 0
    /// Padding, zero.
    public var padding2: UInt16 = 0
    /// Padding, zero.
    public var padding3: UInt16 = 0

    /// All fields zero.
    public init() {}
}
