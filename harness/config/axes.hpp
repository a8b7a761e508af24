// The settings that a case has one value of and a config may list several of: each described once.
// A new one is a member, a line of describe_axes(), and what it means where plans are made.
#pragma once
#include <sched.h>

#include <string>
#include <vector>

#include "core/describe.hpp"
#include "core/spec.hpp"

namespace convgauge {

/// What one sample is. latency: one execution, waited for. throughput: as many as fill 5 ms, back
/// to back; a device gets them as one batch and is waited for once.
enum class MeasureMode { throughput, latency };
template <>
struct Words<MeasureMode> {
  static constexpr std::string_view what = "mode";
  static constexpr std::array<std::string_view, 2> words{"throughput", "latency"};
};

struct One {
  template <class T>
  using Of = T;
};
struct Many {
  template <class T>
  using Of = std::vector<T>;
};

/// SettingValues<One>: the settings of one case. SettingValues<Many>: those of a config; each list
/// is a sweep axis, never empty, and each combination is a case of its own.
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

/// walk(key, a.threads, b.threads ...) for each setting: of one object, or of several side by side.
/// More threads than a CPU mask has places would be a slip of the finger, and would kill most
/// plugins.
template <class Walk, AnySettings... S>
void describe_axes(Walk&& walk, S&... s) {
  walk(Key("threads", "1,2: each is a case of its own")
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

/// Every combination of the axes; the last axis varies fastest.
std::vector<CaseSettings> combinations(const AxisSettings& axes);

/// The axes of which each list has the case's value alone.
AxisSettings axes_of(const CaseSettings& settings);

/// One setting of a case as texts.
struct SettingText {
  Key key;
  std::string value;   // as JSON and the command line say it: "2", "true", "nhwc"
  std::string phrase;  // as titles say it: "2 threads", "cold", "nhwc"
  bool is_number = false;
  bool is_default = false;  // what a case has where nobody asked for anything else
};

/// Every setting, in the order in which people read them: the axes first.
std::vector<SettingText> setting_texts(const CaseSettings& settings);

/// Those that titles name: the axes of what is computed, and of the rest what is not the default.
std::vector<SettingText> title_parts(const CaseSettings& settings);

/// "2 threads, nhwc, cold"
std::string phrases(const std::vector<SettingText>& settings);

/// "2 threads · f32 · nchw · forward · strict": title_parts() in one text.
std::string settings_text(const CaseSettings& settings);

/// The settings of which `of` has another value than one of `all`.
std::vector<SettingText> varying(const CaseSettings& of, const std::vector<CaseSettings>& all);

}  // namespace convgauge
