// Settings that have one value in a case and may have several in a config; each is described once.
// A new setting needs a member, a line in describe_axes(), and code that uses it where plans are
// made.
#pragma once
#include <sched.h>

#include <optional>
#include <string>
#include <vector>

#include "core/describe.hpp"
#include "core/layers.hpp"
#include "core/spec.hpp"

namespace convgauge::config {

/// What one sample is. latency: one execution and the wait for its end. throughput: as many
/// executions as fill 5 ms, back to back; a device gets them as one batch with one wait at its end.
enum class MeasureMode { throughput, latency };
}  // namespace convgauge::config

namespace convgauge {
template <>
struct Words<config::MeasureMode> {
  static constexpr std::string_view what = "mode";
  static constexpr std::array<std::string_view, 2> words{"throughput", "latency"};
};

}  // namespace convgauge

namespace convgauge::config {

struct One {
  template <class T>
  using Of = T;
};
struct Many {
  template <class T>
  using Of = std::vector<T>;
};

/// SettingValues<One>: the settings of one case. SettingValues<Many>: those of a config; each list
/// is a sweep axis, never empty, and each combination of values is a case of its own.
template <class Count>
struct SettingValues {
  template <class T>
  using Of = typename Count::template Of<T>;

  Of<int> threads{1};
  Of<Dtype> dtype{Dtype::f32};
  Of<Layout> layout{Layout::nchw};
  Of<Direction> direction{Direction::forward};
  Of<MathMode> math{MathMode::strict};
  Of<bool> cold{false};
  bool deterministic = false;
  Of<MeasureMode> mode{MeasureMode::throughput};

  bool operator==(const SettingValues&) const = default;
};

using CaseSettings = SettingValues<One>;
using AxisSettings = SettingValues<Many>;

template <class T>
concept AnySettings = Is<T, CaseSettings> || Is<T, AxisSettings>;

/// Calls walk(key, a.threads, b.threads ...) for each setting, of one object or of several side by
/// side. `--threads` takes at most the size of a CPU mask: more is surely a typing error, and
/// would crash most plugins.
template <class Walk, AnySettings... S>
void describe_axes(Walk&& walk, S&... s) {
  walk(Key("threads", "threads of a backend; by default one for each core")
           .called("threads", 't')
           .at_most(CPU_SETSIZE)
           .axis(),
       s.threads...);
  walk(Key("dtype", "element type of tensors").axis(), s.dtype...);
  walk(Key("layout", "order of tensors in memory").axis(), s.layout...);
  walk(Key("direction", "the convolution, or its gradient by input or weights").axis(),
       s.direction...);
  walk(Key("math", "what factors may be rounded to").axis(), s.math...);
  walk(Key("cold",
           "tensors rotate beyond twice the last-level cache; --cold=false,true: warm ones too")
           .or_else("warm")
           .axis()
           .measuring(),
       s.cold...);
  walk(Key("deterministic", "only algorithms that always give the same bits"), s.deterministic...);
  walk(Key("mode", "executions back to back, or one at a time").axis().measuring(), s.mode...);
}

template <class Walk, AnySettings S>
void describe(Walk& walk, S& s) {
  describe_axes(walk, s);
}

/// Settings that one problem may have of its own: they take the place of those of the run, so that
/// a network may hold convolutions of several directions or types.
struct OwnSettings {
  std::optional<Dtype> dtype{};
  std::optional<Layout> layout{};
  std::optional<Direction> direction{};
  bool operator==(const OwnSettings&) const = default;
};

template <class Walk, Is<OwnSettings> O>
void describe(Walk& walk, O& o) {
  walk(Key("dtype", "of this problem, whatever the settings say").omit_default(), o.dtype);
  walk(Key("layout", "of this problem, whatever the settings say").omit_default(), o.layout);
  walk(Key("direction", "of this problem, whatever the settings say").omit_default(), o.direction);
}

/// The settings with the problem's own in their places.
AxisSettings with_own(AxisSettings settings, const OwnSettings& own);

/// Every combination of the axes; the last axis varies fastest.
std::vector<CaseSettings> combinations(const AxisSettings& axes);

/// Axes that each list one value, that of the case.
AxisSettings axes_of(const CaseSettings& settings);

/// One setting of a case in text form.
struct SettingText {
  Key key;
  std::string value;   // as in JSON and on the command line: "2", "true", "nhwc"
  std::string phrase;  // as in titles: "2 threads", "cold", "nhwc"
  bool is_number = false;
  bool is_default = false;
};

/// The settings that a problem has of its own; for most there are none.
std::vector<SettingText> own_texts(const OwnSettings& own);

/// Every setting, in the order in which they are shown: the axes first.
std::vector<SettingText> setting_texts(const CaseSettings& settings);

/// The settings that titles name: every axis that says what is computed, and any other setting that
/// does not have its default.
std::vector<SettingText> title_parts(const CaseSettings& settings);

/// "2 threads, nhwc, cold"
std::string phrases(const std::vector<SettingText>& settings);

/// "2 threads · f32 · nchw · forward · strict": title_parts() in one text.
std::string settings_text(const CaseSettings& settings);

/// The settings of `of` whose value differs from that of at least one case in `all`.
std::vector<SettingText> varying(const CaseSettings& of, const std::vector<CaseSettings>& all);

}  // namespace convgauge::config
