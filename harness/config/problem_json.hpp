// A geometry as a JSON object with the keys of torch.nn.Conv2d, and back. Configs and results both
// contain such objects.
#pragma once
#include "config/place.hpp"
#include "core/geometry.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// Every key: batch, in_channels, out_channels, height, width, kernel_size [h, w], stride, padding
/// [top, bottom, left, right], dilation, groups, bias, padding_mode. Converts to nlohmann::json
/// where the order does not matter. problem_from_json(problem_json(g)) == g for every legal g.
Json problem_json(const Geometry& geometry);

/// Reads an element of "problems" in any form that a config allows: keys left out, pairs, words.
/// "name" and "count" may be there and are ignored. The geometry is legal. Errors begin with
/// `place`. A nlohmann::json converts implicitly.
Expected<Geometry> problem_from_json(const Json& object, const Place& place);

}  // namespace convgauge::config
