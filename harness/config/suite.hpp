// A JSON config as values: what to compute, by which backends, and how. Words such as "same" and
// sweep axes are resolved.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/axes.hpp"
#include "core/describe.hpp"
#include "core/expected.hpp"
#include "core/fill.hpp"
#include "core/layers.hpp"
#include "core/outcome.hpp"
#include "core/rule.hpp"
#include "core/spec.hpp"

namespace convgauge::config {

/// One named convolution of a network. `count`: how often the network executes it.
struct Problem {
  std::string suite, name;
  Geometry geometry;
  std::int64_t count = 1;
  OwnSettings own{};
  bool operator==(const Problem&) const = default;
};

/// A backend that is to run. The same backend may be listed twice with different plugin files,
/// libraries or options.
struct BackendChoice {
  std::string name;   // what the backend calls itself
  std::string label;  // in tables; by default the name, or NAME:ALGORITHM if several have the name
  std::string algorithm = "default";   // "default", "all", or a name
  std::filesystem::path plugin;        // empty: found on the search path
  std::filesystem::path library_path;  // prepended to the worker's LD_LIBRARY_PATH; empty: none
  std::map<std::string, std::string> options;  // passed to the plugin
  std::vector<Tolerable> tolerate;             // rules whose breach is no failure
  /// "cpu:0", "0"; empty: the first that is not a software device.
  std::optional<std::string> device;
  bool required = false;  // it is an error if the backend is absent or refuses everything
  bool operator==(const BackendChoice&) const = default;
};

/// What outputs are compared with: a reference for every element, or one for random combinations of
/// output channels (verify/projection.hpp). automatic: in full, unless that takes seconds, or more
/// memory than is available.
enum class ReferenceKind { automatic, full, projection };
}  // namespace convgauge::config

namespace convgauge {
template <>
struct Words<config::ReferenceKind> {
  static constexpr std::string_view what = "reference";
  static constexpr std::array<std::string_view, 3> words{"auto", "full", "projection"};
};

}  // namespace convgauge

namespace convgauge::config {

struct VerifySettings {
  std::vector<Fill> fills{Fill::integer, Fill::normal};
  ReferenceKind reference = ReferenceKind::automatic;
  std::uint64_t seed = 1;
  std::optional<std::chrono::milliseconds> timeout;  // empty: from the flops of the case
  bool operator==(const VerifySettings&) const = default;
};

struct MeasureSettings {
  int rounds = 15;
  std::chrono::milliseconds budget{10'000};  // per case
  int processes = 1;
  bool counters = false;  // instructions, cycles, cache misses of each sample
  bool operator==(const MeasureSettings&) const = default;
};

/// How every case of a suite is run. read_suite() and the command line set `threads` to the number
/// of physical cores by default.
struct Settings : AxisSettings {
  VerifySettings verify;
  MeasureSettings measure;
  bool operator==(const Settings&) const = default;
};

/// A failure that is expected, with its reason. It is an error when it no longer happens, as with a
/// strict xfail of pytest. match: a glob over "LABEL PROBLEM_TEXT" or "LABEL SUITE.NAME". fill:
/// only where the result differs, the one that shows it first.
struct Known {
  std::string match;
  VerdictKind verdict = VerdictKind::differs;
  std::string issue;
  std::optional<Fill> fill{};
  bool operator==(const Known&) const = default;
};

template <class Walk, Is<BackendChoice> B>
void describe(Walk& walk, B& b) {
  walk(Key("name", "the backend's own").required().names("backend"), b.name);
  walk(Key("label", "in tables; unique").omit_default(), b.label);
  walk(Key("algorithm", "default, all, or a name from `list algorithms PROBLEM`").omit_default(),
       b.algorithm);
  walk(Key("plugin", "a plugin file").omit_default(), b.plugin);
  walk(Key("library_path", "a folder put before the worker's LD_LIBRARY_PATH").omit_default(),
       b.library_path);
  walk(Key("options", "KEY=VALUE, passed to the backend").omit_default(), b.options);
  walk(Key("tolerate", "rules that a library below the plugin may break: R14, R15").omit_default(),
       b.tolerate);
  walk(Key("device", "cpu:0, gpu:1, 1 ... from `list devices`").omit_default(), b.device);
  walk(Key("required", "its absence, or its refusing everything, is an error").omit_default(),
       b.required);
}

template <class Walk, Is<Known> K>
void describe(Walk& walk, K& k) {
  walk(Key("match", "a glob over LABEL PROBLEM or LABEL SUITE.NAME").required(), k.match);
  walk(Key("verdict", "what it is known to come to").required(), k.verdict);
  walk(Key("issue", "where the failure is written down").required(), k.issue);
  walk(Key("fill", "the fill under which it differs").omit_default(), k.fill);
}

template <class Walk, Is<VerifySettings> V>
void describe(Walk& walk, V& v) {
  walk(Key("fills", "what tensors hold").called("fill"), v.fills);
  walk(Key("reference", "what outputs are held against"), v.reference);
  walk(Key("seed", "of the fills"), v.seed);
  walk(Key("timeout_s", "seconds for one call of a plugin; else by its flops")
           .called("timeout")
           .omit_default(),
       v.timeout);
}

inline AxisSettings& axes(Settings& s) {
  return s;
}
inline const AxisSettings& axes(const Settings& s) {
  return s;
}

/// "measure" of a config: MeasureSettings, and the axes that say how a case is timed.
template <class S>
struct MeasureSection {
  S& settings;
};

template <class Walk, class S>
void describe(Walk& walk, const MeasureSection<S>& section) {
  auto& m = section.settings.measure;
  walk(Key("rounds", "samples of each case"), m.rounds);
  walk(Key("budget_s", "seconds for the samples of each case").called("budget"), m.budget);
  describe_axes(
      [&](const Key& key, auto& value) {
        if (key.is_measuring) walk(key, value);
      },
      axes(section.settings));
  walk(Key("processes", "processes that share the rounds; 3 for numbers to publish"), m.processes);
  walk(Key("counters",
           "instructions, cycles and cache misses of each sample, where the kernel lets us count"),
       m.counters);
}

template <class Walk, Is<Settings> S>
void describe(Walk& walk, S& s) {
  describe_axes(
      [&](const Key& key, auto& value) {
        if (!key.is_measuring) walk(key, value);
      },
      axes(s));
  walk("verify", s.verify);
  MeasureSection<S> measure{s};
  walk("measure", measure);
}

struct Suite {
  std::string name;
  std::filesystem::path file;           // empty where it came from the command line
  std::string digest;                   // the result of digest_of(): --resume compares it
  std::vector<Problem> problems;        // axes applied, includes resolved, every one legal
  std::vector<BackendChoice> backends;  // empty: all present except software devices
  Settings settings;
  std::optional<std::string> baseline_backend;  // a label
  std::vector<Known> known;
};

/// Reads a config. Errors read `FILE: /json/pointer: rule with value`, the first one found in file
/// order.
Expected<Suite> read_suite(const std::filesystem::path& file);

/// A suite of one problem with default settings.
Suite suite_of(const Geometry& geometry);

/// What torch.nn.Conv2d learns from its input rather than from its constructor.
struct InputSize {
  std::int64_t batch = 1, height = 1, width = 1;
};

/// Reads one problem object with the keys of torch.nn.Conv2d (as an element of "problems").
/// `input`, if given, supplies batch, height and width where the object leaves them out.
Expected<Problem> read_problem(const std::filesystem::path& file,
                               const std::optional<InputSize>& input = {});

}  // namespace convgauge::config
