// SPDX-License-Identifier: MIT
#include "BootSymbols.h"

#include "../../../Kernel/CPU/CPU.h"

/// On the host the kernel lies nowhere.
const struct KernelLayout kernel_layout = {0};

/// No host test enters a guest.
void world_switch(void) __asm__("svm_world_switch");

void world_switch(void) { __builtin_trap(); }
