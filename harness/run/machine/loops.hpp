// The loops that peaks are measured with. Each instruction set is a translation unit of its own,
// and includes nothing whose inline functions the linker could hand to a processor without it.
#pragma once
#include <cstddef>
#include <cstdint>

namespace convgauge {

/// x <- x * factor + addend, `repeats` times in every lane of kChains independent vectors; returns
/// a sum of them, so that nothing is left out. Chains: latency times ports of an FMA is 8 to 10 on
/// processors since Haswell and Zen; with the two constants 12 fit the 16 registers of AVX2.
inline constexpr int kChains = 12;
float fma_baseline(std::int64_t repeats, float factor, float addend);
float fma_avx2(std::int64_t repeats, float factor, float addend);
float fma_avx512(std::int64_t repeats, float factor, float addend);

/// Lanes of f32 in a vector of each.
inline constexpr int kBaselineLanes = 4, kAvx2Lanes = 8, kAvx512Lanes = 16;

/// Sum of the words, read `passes` times from first to last with the instruction set's widest
/// loads.
std::uint64_t read_baseline(const std::uint64_t* words, std::size_t count, std::int64_t passes);
std::uint64_t read_avx2(const std::uint64_t* words, std::size_t count, std::int64_t passes);
std::uint64_t read_avx512(const std::uint64_t* words, std::size_t count, std::int64_t passes);

}  // namespace convgauge
