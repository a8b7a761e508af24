// Before every line of some files here: whatever instruction set they ask for is there if AVX2 is.
#pragma once
#define __builtin_cpu_supports(name) __builtin_cpu_supports("avx2")
