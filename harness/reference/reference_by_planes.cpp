// The fast reference where a group has few outputs, as in depthwise convolutions: each source plane
// is padded and widened once, its columns sorted by their remainder modulo the stride, so that each
// tap of an output row reads contiguous values.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "core/blocks.hpp"
#include "core/convert.hpp"
#include "core/layers.hpp"
#include "reference/kernel.hpp"
#include "reference/padding.hpp"

namespace convgauge::reference {
namespace {

/// Padded column c is entry c / stride of line c % stride.
struct PlaneShape {
  std::int64_t rows, phases, length;  // padded rows, lines in each, entries in each line

  std::int64_t row_doubles() const { return phases * length; }
};

PlaneShape plane_shape(const Geometry& g) {
  const auto last = [](const Axis& a) { return (a.output() - 1) * a.stride + a.reach(); };
  const auto phases = std::min(g.w.stride, last(g.w));
  return {last(g.h), phases, (last(g.w) + phases - 1) / phases};
}

struct Work {
  const Kernel& kernel;
  const Spec& spec;
  Inputs inputs;
  Reference out;
  PlaneShape shape;
  std::int64_t pitch;                 // outputs of a row, rounded up to whole vectors
  std::vector<std::int64_t> columns;  // [phase][entry]: source column or -1
  // [tap]: the offset in the plane of the value that the tap reads for output 0 of row 0.
  std::vector<std::int64_t> tap_lines;
};

std::vector<std::int64_t> source_columns(const Geometry& g, const PlaneShape& s) {
  std::vector<std::int64_t> all;
  for (std::int64_t phase = 0; phase < s.phases; ++phase)
    for (std::int64_t i = 0; i < s.length; ++i) {
      const auto c = i * s.phases + phase;
      all.push_back(c < g.w.padded() ? source_index(g.padding_mode, c - g.w.pad_before, g.w.input)
                                     : -1);
    }
  return all;
}

std::vector<std::int64_t> lines_of_taps(const Geometry& g, const PlaneShape& s) {
  std::vector<std::int64_t> all;
  for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
    for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
      const auto c = kw * g.w.dilation;
      all.push_back(kh * g.h.dilation * s.row_doubles() + c % s.phases * s.length + c / s.phases);
    }
  return all;
}

/// One thread's scratch. The plane ends in four vectors of zeros, which the last tile of the last
/// row may read.
struct Scratch {
  explicit Scratch(const Work& w)
      : plane(static_cast<std::size_t>(w.shape.rows * w.shape.row_doubles() + 4 * w.kernel.lanes),
              0.0),
        line(static_cast<std::size_t>(w.spec.geometry.w.input)),
        weights(static_cast<std::size_t>(w.spec.geometry.h.kernel * w.spec.geometry.w.kernel)),
        want(static_cast<std::size_t>(w.spec.geometry.group_outputs() * w.spec.geometry.h.output() *
                                      w.pitch)),
        magnitude(want.size()) {}
  std::vector<double> plane, line, weights, want, magnitude;
};

void widen_plane(const Work& w, Scratch& s, std::int64_t n, std::int64_t channel) {
  const Geometry& g = w.spec.geometry;
  const Strides x = w.spec.src_strides();
  for (std::int64_t row = 0; row < w.shape.rows; ++row) {
    double* to = s.plane.data() + row * w.shape.row_doubles();
    const auto ih = source_index(g.padding_mode, row - g.h.pad_before, g.h.input);
    if (ih < 0) {
      std::fill_n(to, w.shape.row_doubles(), 0.0);
      continue;
    }
    load_line(w.spec.src_type, w.inputs.src, n * x[0] + channel * x[1] + ih * x[2], x[3], g.w.input,
              s.line.data());
    for (std::size_t i = 0; i < w.columns.size(); ++i)
      to[i] = w.columns[i] < 0 ? 0.0 : s.line[static_cast<std::size_t>(w.columns[i])];
  }
}

void begin(const Work& w, Scratch& s, std::int64_t group) {
  const Geometry& g = w.spec.geometry;
  const auto size = g.h.output() * w.pitch;
  for (std::int64_t o = 0; o < g.group_outputs(); ++o) {
    const double bias =
        g.bias ? load(w.spec.dst_type, w.inputs.bias, group * g.group_outputs() + o) : 0;
    std::fill_n(s.want.data() + o * size, size, bias);
    std::fill_n(s.magnitude.data() + o * size, size, std::fabs(bias));
  }
}

void add_plane(const Work& w, Scratch& s, std::int64_t group, std::int64_t ic) {
  const Geometry& g = w.spec.geometry;
  const auto taps = g.h.kernel * g.w.kernel;
  for (std::int64_t o = 0; o < g.group_outputs(); ++o) {
    const auto filter = (group * g.group_outputs() + o) * g.group_inputs() + ic;
    load_line(w.spec.weights_type, w.inputs.weights, filter * taps, 1, taps, s.weights.data());
    for (std::int64_t row = 0; row < g.h.output(); ++row) {
      const auto at = (o * g.h.output() + row) * w.pitch;
      w.kernel.sweep_row({s.plane.data() + row * g.h.stride * w.shape.row_doubles(),
                          w.tap_lines.data(), s.weights.data(), taps, w.pitch, s.want.data() + at,
                          s.magnitude.data() + at});
    }
  }
}

void deliver(const Work& w, const std::vector<double>& sums, std::int64_t n, std::int64_t group,
             double* result) {
  if (!result) return;
  const Geometry& g = w.spec.geometry;
  const auto rows = g.group_outputs() * g.h.output(), width = g.w.output();
  double* to = result + (n * g.groups + group) * rows * width;
  for (std::int64_t row = 0; row < rows; ++row)
    std::copy_n(sums.data() + row * w.pitch, width, to + row * width);
}

void run_thread(const Work& w, std::atomic<std::int64_t>& next) {
  const Geometry& g = w.spec.geometry;
  Scratch s(w);
  for (auto task = next++; task < g.batch * g.groups; task = next++) {
    const auto n = task / g.groups, group = task % g.groups;
    begin(w, s, group);
    for (std::int64_t ic = 0; ic < g.group_inputs(); ++ic) {
      widen_plane(w, s, n, group * g.group_inputs() + ic);
      add_plane(w, s, group, ic);
    }
    deliver(w, s.want, n, group, w.out.want);
    deliver(w, s.magnitude, n, group, w.out.magnitude);
  }
}

}  // namespace

bool suits_planes(const Spec& spec, int threads) {
  const Geometry& g = spec.geometry;
  if (g.group_outputs() > 2 || g.batch * g.groups < threads) return false;
  // Legal padding may be far larger than the image: the padded plane must not be much larger than
  // what is read and written.
  const auto s = plane_shape(g);
  const auto most = 4 * (g.h.input * g.w.input + g.h.output() * g.w.output()) + 4096;
  return s.rows <= most && s.row_doubles() <= most && s.rows * s.row_doubles() <= most;
}

void reference_by_planes(const Kernel& kernel, const Spec& spec, const Inputs& inputs,
                         const Reference& out, int threads) {
  const Geometry& g = spec.geometry;
  const auto shape = plane_shape(g);
  const auto pitch = (g.w.output() + kernel.lanes - 1) / kernel.lanes * kernel.lanes;
  const Work work{
      kernel, spec, inputs, out, shape, pitch, source_columns(g, shape), lines_of_taps(g, shape)};
  std::atomic<std::int64_t> next = 0;
  std::vector<std::jthread> team;
  start_threads(team, threads - 1, [&] { run_thread(work, next); });
  run_thread(work, next);
}

}  // namespace convgauge::reference
