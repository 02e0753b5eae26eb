// SPDX-License-Identifier: MIT
#include "BootSymbols.h"

#include "../../../Kernel/CPU/CPU.h"

/// On the host the kernel lies nowhere.
const struct KernelLayout kernel_layout = {0};

/// No host test enters a guest.
void enter_svm_guest(void) __asm__("svm_world_switch");
void enter_vmx_guest(void) __asm__("vmx_world_switch");

void enter_svm_guest(void) { __builtin_trap(); }
void enter_vmx_guest(void) { __builtin_trap(); }

/// And none is left.
const char vmx_exit[1] = {0};
