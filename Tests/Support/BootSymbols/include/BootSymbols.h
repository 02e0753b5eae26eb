// SPDX-License-Identifier: MIT
//
// What boot/ and the linker define in the kernel, for host tests of the modules that refer to it.
#pragma once
