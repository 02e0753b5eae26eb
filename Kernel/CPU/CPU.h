// SPDX-License-Identifier: MIT
//
// What Swift cannot say: single instructions, and the few structures and routines shared with the assembly in boot/.
#pragma once

#include "Boot.h"
#include "DescriptorTables.h"
#include "GuestState.h"
#include "Memory.h"
#include "Processor.h"
#include "VMX.h"
