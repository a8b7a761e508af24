// The least work that a compiler cannot remove: one load, one store, in a function of its own.
#pragma once

namespace convgauge::bench {

void touch(const float* src, float* dst);

}  // namespace convgauge::bench
