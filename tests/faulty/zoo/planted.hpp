// Makes a plugin of a table of bugs, with one backend for each row.
#pragma once
#include <convgauge/sdk.hpp>
#include <span>
#include <utility>

#include "zoo.hpp"

namespace CVG_HIDDEN zoo {

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
    auto run = run_of(slot);
    if (shows_ && bug_.prepare) bug_.prepare(run);
  }

  void execute(const cvg::Slot& slot) {
    auto run = run_of(slot);
    if (!shows_ || !bug_.before || bug_.before(run))
      convolve(look_, shows_ ? bug_.bend_at : nullptr, run);
    if (shows_ && bug_.after) bug_.after(run);
    ++plan_.executions;
  }

 private:
  Run run_of(const cvg::Slot& slot) {
    return {look_,
            static_cast<const float*>(slot.src),
            static_cast<const float*>(slot.weights),
            static_cast<const float*>(slot.bias),
            static_cast<float*>(slot.dst),
            static_cast<float*>(slot.workspace),
            plan_,
            library_};
  }

  const Bug& bug_;
  Kept& library_;
  Look look_;
  bool shows_;
  Kept plan_;
};

/// The backend of one row: a direct f32 convolution with its bug, for nchw and nhwc and every
/// padding mode.
template <const auto& kBugs, std::size_t kRow>
class Planted {
 public:
  static constexpr const char* name = kBugs[kRow].name;
  static constexpr const char* description = kBugs[kRow].story;
  static constexpr const char* version = "0";
  static constexpr cvg::Supports supports{
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR}};
  static void check(const cvg_spec&, const cvg_settings&) {}
  static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&) {
    return {cvg::algorithm("direct")};
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

/// For zoo.py: text field 0 to 4 of row `index` of a table; NULL beyond the last row.
#define ZOO_WORDS(bugs)                                                              \
  extern "C" CVG_EXPORT const char* zoo_words(int index, int field) {                \
    const std::span rows(bugs);                                                      \
    if (index < 0 || static_cast<std::size_t>(index) >= rows.size()) return nullptr; \
    const auto& b = rows[static_cast<std::size_t>(index)];                           \
    const char* const words[] = {b.name, b.kind, b.source, b.story, b.says};         \
    return words[field];                                                             \
  }
/// Defines the library's entry function for a table of Bug.
#define ZOO_EXPORT(bugs)                                                                           \
  extern "C" CVG_EXPORT const cvg_plugin* cvg_plugin_entry(std::uint32_t version, const cvg_host*, \
                                                           std::uint32_t* own) {                   \
    return zoo::plugin_of<bugs>(version, own, std::make_index_sequence<std::size(bugs)>());        \
  }                                                                                                \
  ZOO_WORDS(bugs)
