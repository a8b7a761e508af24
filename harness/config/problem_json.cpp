#include "config/problem_json.hpp"

#include "config/draft.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

Json problem_json(const Geometry& g) {
  return {{"batch", g.batch},
          {"in_channels", g.in_channels},
          {"out_channels", g.out_channels},
          {"height", g.h.input},
          {"width", g.w.input},
          {"kernel_size", {g.h.kernel, g.w.kernel}},
          {"stride", {g.h.stride, g.w.stride}},
          {"padding", {g.h.pad_before, g.h.pad_after, g.w.pad_before, g.w.pad_after}},
          {"dilation", {g.h.dilation, g.w.dilation}},
          {"groups", g.groups},
          {"bias", g.bias},
          {"padding_mode", word(g.padding_mode)}};
}

Expected<Geometry> problem_from_json(const Json& object, const Place& place) {
  return read_draft(object, place).and_then([](const Draft& draft) { return geometry_of(draft); });
}

}  // namespace convgauge::config
