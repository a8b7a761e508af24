// The numbers of one plan: how both axes are tiled, how much is computed at a time, and where
// everything lies in the packed weights and the workspace.
#pragma once
#include "../common/arena.hpp"
#include "kernels.hpp"
#include "layout.hpp"
#include "tiling.hpp"

namespace convgauge::backends::winograd {

// Tiles of a run: few enough that its strip of pixels stays in the L1 cache.
constexpr std::int64_t kMaxRun = 16;

/// At least `floats`, rounded up to an odd number of cache lines, so that the same column of many
/// rows does not fall into the same set of a cache.
constexpr std::int64_t odd_lines(std::int64_t floats) {
  constexpr std::int64_t kLine = 16;
  return (divided_up(floats, kLine) | 1) * kLine;
}

/// The F(m, r) by which each axis is computed.
struct Choice {
  const AxisTransform *h = &kAxisTransforms[0], *w = &kAxisTransforms[0];
};

struct Plan {
  const Kernels* kernels = nullptr;
  Tiling tiling;
  ImageLayout src, dst;
  std::int64_t groups = 1, group_inputs = 1, group_outputs = 1;
  bool bias = false;
  int threads = 1;

  std::int64_t block_tiles = 1;  // tiles transformed and multiplied together
  std::int64_t bundle = 1;       // panels of output channels whose products are kept at once

  // The blocks are divided into tile_parts and the bundles into panel_parts; tile_parts *
  // panel_parts <= threads. Threads that have the same blocks but other bundles each compute V for
  // themselves. Sharing V would cost more: data that another core has just written is read at 2
  // GB/s (measured), and computing it again takes a tenth of that time.
  std::int64_t tile_parts = 1, panel_parts = 1;

  Plan(const cvg_spec& spec, const Choice& choice, const Kernels& kernels, int threads);

  std::int64_t width() const { return kernels->width; }
  std::int64_t panel() const { return 2 * width(); }  // output channels of a panel
  std::int64_t panels() const { return divided_up(group_outputs, panel()); }
  std::int64_t points() const {
    return std::int64_t{1} * tiling.h.transform->n() * tiling.w.transform->n();
  }
  std::int64_t images() const { return tiling.h.images() * tiling.w.images(); }
  std::int64_t depth() const { return images() * group_inputs; }
  std::int64_t blocks() const { return divided_up(tiling.tiles(), block_tiles); }

  // V[point][image][pixel of input channels][tile][width], M[panel][point][half][tile][width],
  // strips [row][column][width]
  std::int64_t v_block() const { return odd_lines(block_tiles * width()); }
  std::int64_t v_image() const { return divided_up(group_inputs, width()) * v_block(); }
  std::int64_t v_point() const { return odd_lines(images() * v_image()); }
  std::int64_t v_floats() const { return points() * v_point(); }
  std::int64_t m_half() const { return odd_lines(block_tiles * width()); }
  std::int64_t m_point() const { return odd_lines(2 * m_half()); }
  std::int64_t m_panel() const { return points() * m_point(); }
  std::int64_t run() const { return std::min(kMaxRun, block_tiles); }
  std::int64_t strip_columns() const {
    return run() * tiling.w.transform->m + tiling.w.transform->r - 1;
  }
  std::int64_t strip() const { return tiling.h.transform->n() * strip_columns() * width(); }

  // U[bundle][point][panel][depth][2 width], in the order in which it is read
  std::int64_t bundles() const { return divided_up(panels(), bundle); }
  std::int64_t packed_panel() const { return points() * depth() * panel(); }
  std::int64_t packed(std::int64_t panel_index, std::int64_t point) const {
    const auto first = panel_index / bundle * bundle, size = std::min(bundle, panels() - first);
    return first * packed_panel() + (point * size + panel_index - first) * depth() * panel();
  }
};

/// U of all groups, then the bias of all panels.
struct PackedWeights {
  float *u = nullptr, *bias = nullptr;
  PackedWeights(const Plan& plan, Arena& arena)
      : u(arena.take<float>(plan.groups * plan.panels() * plan.packed_panel())),
        bias(arena.take<float>(plan.groups * plan.panels() * plan.panel())) {}
};

/// One thread's part of the workspace.
struct Scratch {
  float *v = nullptr, *m = nullptr, *strip = nullptr, *half = nullptr, *zero = nullptr;
  Scratch(const Plan& plan, Arena& arena)
      : v(arena.take<float>(plan.v_floats())),
        m(arena.take<float>(plan.bundle * plan.m_panel())),
        strip(arena.take<float>(plan.strip())),
        half(arena.take<float>(plan.strip())),
        zero(arena.take<float>(plan.width())) {}
};

/// The workspace: each thread's scratch.
struct Workspace {
  unsigned char* first_thread = nullptr;
  std::size_t thread_bytes = 0;

  Workspace(const Plan& plan, void* base);
  Scratch of(const Plan& plan, int thread) const;
};

std::size_t packed_weights_bytes(const Plan& plan);
std::size_t workspace_bytes(const Plan& plan);

}  // namespace convgauge::backends::winograd
