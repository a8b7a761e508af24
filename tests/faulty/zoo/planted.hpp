// Makes a plugin of a table of bugs, with one backend for each row.
#pragma once
#include <bit>
#include <convgauge/sdk.hpp>
#include <deque>
#include <span>
#include <utility>

#include "../../../backends/common/narrow.hpp"
#include "zoo.hpp"

namespace CVG_HIDDEN zoo {

/// The tensors of one execution that have 16 bits, as floats. What was written goes back rounded.
class Widened {
 public:
  explicit Widened(const Look& look) : look_(look) {}

  const float* read(const void* tensor, Index count) {
    if (!tensor || wide()) return static_cast<const float*>(tensor);
    const auto* bits = static_cast<const std::uint16_t*>(tensor);
    auto& made = kept_.emplace_back();
    for (Index i = 0; i < count; ++i)
      made.push_back(half() ? static_cast<float>(std::bit_cast<F16>(bits[i]))
                            : static_cast<float>(std::bit_cast<Bf16>(bits[i])));
    return made.data();
  }
  float* written(void* tensor, Index count) {
    if (!tensor || wide()) return static_cast<float*>(tensor);
    auto& made =
        kept_.emplace_back(static_cast<std::size_t>(count), std::bit_cast<float>(kUnwritten));
    results_.push_back({static_cast<std::uint16_t*>(tensor), made.data(), count});
    return made.data();
  }
  void put_back() const {
    for (const auto& r : results_)
      for (Index i = 0; i < r.count; ++i)
        if (std::bit_cast<std::uint32_t>(r.values[i]) != kUnwritten) r.bits[i] = bits(r.values[i]);
  }

 private:
  using F16 = convgauge::backends::F16;
  using Bf16 = convgauge::backends::Bf16;
  static constexpr std::uint32_t kUnwritten = 0x7fe5c3d2u;  // a NaN that no arithmetic makes
  struct Result {
    std::uint16_t* bits;
    const float* values;
    Index count;
  };
  bool wide() const { return look_.s.src_type == CVG_DTYPE_F32; }
  bool half() const { return look_.s.src_type == CVG_DTYPE_F16; }
  std::uint16_t bits(float value) const {
    if (look_.store) return look_.store(value);
    return half() ? F16(value).bits : Bf16(value).bits;
  }

  const Look& look_;
  std::deque<std::vector<float>> kept_;
  std::vector<Result> results_;
};

/// One plan of a backend with this bug.
class Specimen {
 public:
  Specimen(const Bug& bug, Kept& library, const cvg_spec& spec, int threads)
      : bug_(bug), library_(library), look_(spec, threads), shows_(!bug.when || bug.when(spec)) {
    if (shows_ && bug.bend) bug.bend(look_);
    if (shows_ && bug.sum) look_.sum = bug.sum;
  }

  std::size_t workspace_bytes() const { return shows_ ? bug_.workspace_bytes : 0; }

  void prepare_weights(const cvg::Slot& slot) {
    if (!shows_ || !bug_.prepare || look_.s.src_type != CVG_DTYPE_F32) return;
    Widened tensors(look_);
    auto run = run_of(slot, tensors);
    bug_.prepare(run);
  }

  void execute(const cvg::Slot& slot) {
    Widened tensors(look_);
    auto run = run_of(slot, tensors);
    if (!shows_ || !bug_.before || bug_.before(run))
      convolve(look_, shows_ ? bug_.bend_at : nullptr, run);
    if (shows_ && bug_.after) bug_.after(run);
    tensors.put_back();
    ++plan_.executions;
  }

 private:
  Run run_of(const cvg::Slot& slot, Widened& t) {
    const auto& s = look_.s;
    const Index src = src_count(s), weights = weights_count(s), dst = dst_count(s);
    return {look_,
            t.read(slot.src, src),
            t.read(slot.weights, weights),
            t.read(slot.bias, s.out_channels),
            t.written(slot.dst, dst),
            static_cast<float*>(slot.workspace),
            plan_,
            library_,
            slot.index,
            t.read(slot.diff_dst, dst),
            t.written(slot.diff_src, src),
            t.written(slot.diff_weights, weights),
            t.written(slot.diff_bias, s.out_channels)};
  }

  const Bug& bug_;
  Kept& library_;
  Look look_;
  bool shows_;
  Kept plan_;
};

/// The backend of one row: a direct convolution with its bug in the type and direction of the row,
/// for nchw and nhwc and every padding mode.
template <const auto& kBugs, std::size_t kRow>
class Planted {
 public:
  static constexpr const char* name = kBugs[kRow].name;
  static constexpr const char* description = kBugs[kRow].story;
  static constexpr const char* version = "0";
  static constexpr cvg::Supports supports{
      .types = {kBugs[kRow].type},
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR},
      .directions = {kBugs[kRow].direction}};
  static void check(const cvg_spec&, const cvg_settings&) {}
  static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&) {
    return {
        cvg::algorithm("direct", CVG_CLASS_DIRECT, {.flushes_subnormals = kBugs[kRow].flushes})};
  }

  Planted(const cvg_spec& spec, const cvg_settings& settings)
      : specimen_(kBugs[kRow], library_, spec, settings.threads) {}
  std::size_t workspace_bytes() const { return specimen_.workspace_bytes(); }
  void prepare_weights(const cvg_tensors&, const cvg::Slot& slot) {
    specimen_.prepare_weights(slot);
  }
  void execute(const cvg::Slot& slot) { specimen_.execute(slot); }

 private:
  inline static Kept library_;  // what a library keeps from plan to plan
  Specimen specimen_;
};

template <const auto& kBugs, std::size_t... kRows>
const cvg_plugin* plugin_of(std::uint32_t version, std::uint32_t* own,
                            std::index_sequence<kRows...>) {
  return cvg::plugin<Planted<kBugs, kRows>...>("zoo", "0", version, own);
}

}  // namespace zoo

namespace zoo {

/// For zoo.py and prover.cpp: name, kind, source, story, says, witness, type and direction.
template <class Row>
const char* text_field(const Row& b, int field) {
  const char* const words[] = {b.name, b.kind, b.source, b.story, b.says};
  if (field < 5) return words[field];
  if constexpr (requires { b.witness; }) {
    static constexpr const char* types[] = {"f32", "f64", "f16", "bf16"};
    static constexpr const char* directions[] = {"forward", "backward_data", "backward_weights"};
    return field == 5 ? b.witness : field == 6 ? types[b.type] : directions[b.direction];
  } else {
    return field == 5 ? "" : field == 6 ? "f32" : "forward";
  }
}
template <const auto& kBugs>
constexpr bool all_have_witnesses() {
  for (const auto& b : kBugs)
    if (!*b.witness) return false;
  return true;
}

}  // namespace zoo

/// Text field 0 to 7 of row `index` of a table; NULL beyond the last row.
#define ZOO_WORDS(bugs)                                                              \
  extern "C" CVG_EXPORT const char* zoo_words(int index, int field) {                \
    const std::span rows(bugs);                                                      \
    if (index < 0 || static_cast<std::size_t>(index) >= rows.size()) return nullptr; \
    return zoo::text_field(rows[static_cast<std::size_t>(index)], field);            \
  }
/// Defines the library's entry function for a table of Bug.
#define ZOO_EXPORT(bugs)                                                                           \
  extern "C" CVG_EXPORT const cvg_plugin* cvg_plugin_entry(std::uint32_t version, const cvg_host*, \
                                                           std::uint32_t* own) {                   \
    return zoo::plugin_of<bugs>(version, own, std::make_index_sequence<std::size(bugs)>());        \
  }                                                                                                \
  ZOO_WORDS(bugs)
/// The same for a table in which every row has its witness.
#define ZOO_EXPORT_PROVED(bugs)                   \
  static_assert(zoo::all_have_witnesses<bugs>()); \
  ZOO_EXPORT(bugs)
