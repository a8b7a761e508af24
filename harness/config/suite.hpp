// A JSON config as values: what to compute, by whom, and how. Words such as "same" and sweep axes
// end here.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expected.hpp"
#include "core/fill.hpp"
#include "core/outcome.hpp"
#include "core/spec.hpp"

namespace convgauge {

/// One named convolution of a network. `count`: how often the network runs it.
struct Problem {
  std::string suite, name;
  Geometry geometry;
  std::int64_t count = 1;
  bool operator==(const Problem&) const = default;
};

/// Who is asked. The same backend may stand twice with different plugin files, libraries or
/// options.
struct BackendChoice {
  std::string name;   // the backend's own
  std::string label;  // in tables; defaults to name (+ algorithm where one was asked for twice)
  std::string algorithm = "default";   // "default", "all", or a name
  std::filesystem::path plugin;        // empty: found on the search path
  std::filesystem::path library_path;  // prepended to the worker's LD_LIBRARY_PATH; empty: none
  std::map<std::string, std::string> options;  // passed to the plugin
  std::optional<std::string>
      device;             // "cpu:0", "0"; empty: the first that is not a software device
  bool required = false;  // absent, or refusing everything, is then an error
  bool operator==(const BackendChoice&) const = default;
};

/// What outputs are held against: a reference of each, or random combinations of output channels
/// (verify/projection.hpp). automatic: in full, unless that takes seconds or more memory than there
/// is.
enum class ReferenceKind { automatic, full, projection };
template <>
struct Words<ReferenceKind> {
  static constexpr std::string_view what = "reference";
  static constexpr std::array<std::string_view, 3> words{"auto", "full", "projection"};
};

struct VerifySettings {
  std::vector<Fill> fills{Fill::integer, Fill::normal};
  ReferenceKind reference = ReferenceKind::automatic;
  std::uint64_t seed = 1;
  std::optional<std::chrono::milliseconds> timeout;  // empty: by the flops of the case
  bool operator==(const VerifySettings&) const = default;
};

/// What one sample is. latency: one execution, waited for. throughput: as many as fill 5 ms, back
/// to back; a device gets them as one batch and is waited for once.
enum class MeasureMode { throughput, latency };
template <>
struct Words<MeasureMode> {
  static constexpr std::string_view what = "mode";
  static constexpr std::array<std::string_view, 2> words{"throughput", "latency"};
};

struct MeasureSettings {
  int rounds = 15;
  std::chrono::milliseconds budget{10'000};  // per case
  std::vector<bool> cold{false};             // an axis, as those of Settings
  int processes = 1;
  std::vector<MeasureMode> mode{MeasureMode::throughput};  // an axis
  bool counters = false;  // instructions, cycles, cache misses of each sample
  bool operator==(const MeasureSettings&) const = default;
};

/// A list is a sweep axis: each combination is a case of its own.
struct Settings {
  std::vector<int> threads;  // never empty after reading: physical cores by default
  std::vector<Dtype> dtype{Dtype::f32};
  std::vector<Layout> layout{Layout::nchw};
  std::vector<Direction> direction{Direction::forward};
  std::vector<MathMode> math{MathMode::strict};
  bool deterministic = false;
  VerifySettings verify;
  MeasureSettings measure;
  bool operator==(const Settings&) const = default;
};

/// A failure that is expected, with its reason: strict, as an xfail. match: glob over "LABEL
/// PROBLEM_TEXT" or "LABEL SUITE.NAME".
struct Known {
  std::string match;
  VerdictKind verdict = VerdictKind::differs;
  std::string issue;
  bool operator==(const Known&) const = default;
};

struct Suite {
  std::string name;
  std::filesystem::path file;  // empty where it came from the command line
  std::string digest;          // of the canonical content, includes resolved: --resume compares it
  std::vector<Problem> problems;        // axes applied, includes resolved, every one legal
  std::vector<BackendChoice> backends;  // empty: all present except software devices
  Settings settings;
  std::optional<std::string> baseline_backend;  // a label
  std::vector<Known> known;
};

/// Reads a config. Errors read `FILE: /json/pointer: rule with value`, the first one found in file
/// order.
Expected<Suite> read_suite(const std::filesystem::path& file);

/// A suite of one problem, settings at their defaults.
Suite suite_of(const Geometry& geometry);

/// What torch.nn.Conv2d takes from its input rather than from its constructor.
struct InputSize {
  std::int64_t batch = 1, height = 1, width = 1;
};

/// One problem object with the keys of torch.nn.Conv2d (as an element of "problems"). Where `input`
/// is known, it stands for batch, height and width that the object leaves out.
Expected<Problem> read_problem(const std::filesystem::path& file,
                               const std::optional<InputSize>& input = {});

/// Physical cores that this process may run on: the default of `threads`.
int physical_cores();

}  // namespace convgauge
