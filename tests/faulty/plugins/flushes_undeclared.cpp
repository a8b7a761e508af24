// Right, but takes subnormal numbers for zero without declaring it.
#include "../base.hpp"

#include <cmath>

namespace {

float flushed(float x) {
  return std::fabs(x) < 0x1p-126f ? 0.0f : x;
}

}  // namespace

const faulty::Fault fault{
    .name = "flushes_undeclared",
    .multiply = [](float w, float x) { return flushed(flushed(w) * flushed(x)); },
    .add = [](float sum, float product) { return flushed(flushed(sum) + product); },
    .after =
        [](faulty::Call& c) {
          for (int64_t i = 0; i < c.dst_count; ++i) c.dst[i] = flushed(c.dst[i]);
        }};
