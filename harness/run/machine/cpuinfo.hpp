// What /proc/cpuinfo says that matters to a convolution.
#pragma once
#include <string>
#include <string_view>

#include "core/layers.hpp"

namespace convgauge::run {

/// The value of the first line "key : value"; empty if there is none.
std::string cpuinfo_field(std::string_view cpuinfo, std::string_view key);

/// "AMD EPYC 9B14"; an ARM processor that has no name there: "implementer 0x41, part 0xd40"; else
/// empty.
std::string processor_name(std::string_view cpuinfo);

/// Those of its flags on which the choice of a convolution kernel may depend, in the order of a
/// fixed table: "avx2 fma f16c".
std::string instruction_sets(std::string_view cpuinfo);

}  // namespace convgauge::run
