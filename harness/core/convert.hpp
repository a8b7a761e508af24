// Many equally spaced elements at once to and from double: load() and store() of dtype.hpp, but
// faster than element by element.
#pragma once
#include <cstdint>

#include "core/dtype.hpp"

namespace convgauge {

/// out[i] = load(t, array, start + i * step) for i in [0, count). The same bits but for the payload
/// of a NaN.
void load_line(Dtype t, const void* array, std::int64_t start, std::int64_t step,
               std::int64_t count, double* out);

/// store(t, array, start + i * step, in[i]) for i in [0, count). The same bits but for the payload
/// of a NaN.
void store_line(Dtype t, void* array, std::int64_t start, std::int64_t step, std::int64_t count,
                const double* in);

}  // namespace convgauge
