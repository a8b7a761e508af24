// The loops with which peaks are measured. Each instruction set has a translation unit of its own,
// which includes no header with shared inline functions: the linker could keep the copy compiled
// for this instruction set, and a processor without it would then run that copy.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/layers.hpp"

namespace convgauge::run {

/// x <- x * factor + addend, `repeats` times in every lane of kChains independent vectors; returns
/// a sum of them, so that the compiler cannot drop any. kChains: to keep every FMA unit busy takes
/// latency times the number of units, 8 to 10 on processors since Haswell and Zen; 12 chains and
/// the two constants fit the 16 registers of AVX2.
inline constexpr int kChains = 12;
float fma_baseline(std::int64_t repeats, float factor, float addend);
float fma_avx2(std::int64_t repeats, float factor, float addend);
float fma_avx512(std::int64_t repeats, float factor, float addend);

/// Number of f32 in a vector of each instruction set.
inline constexpr int kBaselineLanes = 4, kAvx2Lanes = 8, kAvx512Lanes = 16;

/// Sum of the words, read `passes` times from first to last with the instruction set's widest
/// loads.
std::uint64_t read_baseline(const std::uint64_t* words, std::size_t count, std::int64_t passes);
std::uint64_t read_avx2(const std::uint64_t* words, std::size_t count, std::int64_t passes);
std::uint64_t read_avx512(const std::uint64_t* words, std::size_t count, std::int64_t passes);

}  // namespace convgauge::run
