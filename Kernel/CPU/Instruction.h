// SPDX-License-Identifier: MIT
//
// Every function of these headers is always inlined, so that a call costs exactly its instruction.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define INSTRUCTION static inline __attribute__((always_inline))
