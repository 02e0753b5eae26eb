// SPDX-License-Identifier: MIT
#include <lz4.h>
