// `convgauge fuzz`: random legal cases until the time is up.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/described_options.hpp"
#include "cli/selection.hpp"
#include "cli/session.hpp"
#include "cli/summary.hpp"
#include "cli/terminal.hpp"
#include "core/cpu_quota.hpp"
#include "core/parse_number.hpp"
#include "report/text_width.hpp"
#include "run/fuzz.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

using Clock = std::chrono::steady_clock;

Expected<void> whole_number(const po::variables_map& values, const char* name, std::uint64_t& to) {
  if (!values.count(name)) return {};
  const auto text = values[name].as<std::string>();
  const auto number = parse_number<std::uint64_t>(text);
  if (!number) return error(fmt::format("--{} {}: not a whole number from 0 up", name, text));
  to = *number;
  return {};
}

Expected<FuzzOptions> options_of(const po::variables_map& values, const Selection& selection) {
  FuzzOptions options;
  const auto& s = selection.suite.settings;
  if (auto ok = whole_number(values, "seed", options.seed); !ok) return tl::unexpected(ok.error());
  if (auto ok = whole_number(values, "from", options.from); !ok) return tl::unexpected(ok.error());
  if (values.count("count"))
    if (auto ok = whole_number(values, "count", options.count.emplace()); !ok)
      return tl::unexpected(ok.error());
  // With --count alone there is no time limit.
  if (options.count) options.time = std::chrono::hours(24 * 365);
  if (values.count("seconds")) {
    if (auto ok = from_text(Key("seconds"), values["seconds"].as<std::string>(), options.time); !ok)
      return tl::unexpected(ok.error());
  }
  if (values.count("threads")) options.threads = s.threads;
  if (values.count("dtype")) options.dtypes = s.dtype;
  if (values.count("layout")) options.layouts = s.layout;
  options.directions = s.direction;
  options.verify = s.verify;
  options.more_fills = !values.count("fill");
  options.verify.seed = VerifySettings{}.seed;  // --seed chooses the cases only
  options.placements = selection.placements;
  const auto budget = shrink_budget(values);
  if (!budget) return tl::unexpected(budget.error());
  options.shrink = *budget;
  options.regressions = *text_of(values, "regressions");
  options.fail_fast = values.count("fail-fast") > 0;
  options.executable = selection.program;
  options.lanes = unthrottled_cores();
  return options;
}

/// On a terminal a line that is redrawn; elsewhere a plain line every ten seconds.
class FuzzLine {
 public:
  void show(const FuzzResult& r) {
    const auto now = Clock::now();
    const bool tty = redraws(STDERR_FILENO);
    if (now - last_ < (tty ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10'000)))
      return;
    last_ = now;
    const auto rate = r.seconds > 0 ? static_cast<double>(r.cases) / r.seconds : 0;
    fmt::print(stderr, "{}{:.0f} s: {} problems, {} cases ({:.0f}/s), {} kinds of failure{}",
               tty ? "\r\033[K" : "", r.seconds, r.problems, r.cases, rate, r.failures.size(),
               tty ? "" : "\n");
    std::fflush(stderr);
  }
  static void clear() {
    if (redraws(STDERR_FILENO)) fmt::print(stderr, "\r\033[K");
  }

 private:
  Clock::time_point last_ = Clock::now();
};

std::string counted(const std::map<std::string, std::int64_t>& counts) {
  std::string text;
  for (const auto& [word, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word);
  return text;
}

void print_summary(const FuzzResult& r, const FuzzOptions& options) {
  if (!r.failures.empty()) say("failures:\n");
  for (const auto& f : r.failures)
    say(fmt::format("  index {}: {} {}{}{}\n", f.index, kind(f.record.verdict), f.record.label,
                    f.alike > 0 ? fmt::format(", and {} like it", f.alike) : "",
                    f.regression.empty() ? "" : ": " + f.regression.string()));
  say(fmt::format("{} problems of seed {} from {} to {}: {} cases in {:.1f} s ({:.0f}/s)\n",
                  r.problems, options.seed, options.from, r.next, r.cases, r.seconds,
                  r.seconds > 0 ? static_cast<double>(r.cases) / r.seconds : 0));
  for (const auto& [label, tally] : r.tallies)
    say(fmt::format("  {:<12} {}{}\n", label, counted(tally.kinds),
                    tally.refusals.empty() ? "" : " (" + counted(tally.refusals) + ")"));
  const auto pairs = r.coverage.pairs();
  say(fmt::format("  pairs of parameter values met: {} of {} ({:.0f}%)\n", pairs.met, pairs.of,
                  100.0 * static_cast<double>(pairs.met) / static_cast<double>(pairs.of)));
}

}  // namespace

Usage fuzz_usage() {
  Usage usage{
      .verb = "fuzz",
      .summary = "random legal problems; what fails is shrunk and kept as a config",
      .example = "convgauge fuzz --seconds 60 --seed 7 --backends naive,onednn",
      .groups = {backend_group(), settings_group(), verifying_group()},
      .exits = {kUsage, kCrashed, kWrong, kMachine, kNothingRan, kUndecided, kGood, kInterrupted}};
  // Problems are drawn for strict rounding.
  std::erase_if(usage.groups[1].options, [](const Option& o) { return o.name == "math"; });
  auto failures = shrinking_group();
  failures.options.push_back({.name = "regressions",
                              .value = "DIR",
                              .help = "folder for a config of each failure",
                              .initial = "results/regressions",
                              .offer = Offer::folder});
  failures.options.push_back({.name = "fail-fast", .help = "end at the first failure"});
  usage.groups.push_back(std::move(failures));
  usage.groups.push_back({"How many",
                          {{.name = "seconds",
                            .value = "SECONDS",
                            .help = "how long",
                            .usual = "60, or as long as --count takes"},
                           {.name = "count", .value = "N", .help = "how many problems"},
                           {.name = "from",
                            .value = "N",
                            .help = "the index in the sequence of --seed to begin at",
                            .usual = "0"},
                           trust_option()}});
  return usage;
}

int fuzz(const Arguments& arguments) {
  const auto parsed = parse(fuzz_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  auto values = parsed.values;
  // Only the backends of the selection are used; select() needs some problem.
  values.insert({"target", po::variable_value(std::string("n1c1h1w1_o1k1"), false)});
  const auto selection = select(values, true);
  if (!selection) return usage_error(selection.error().message);
  const auto options = options_of(values, *selection);
  if (!options) return usage_error(options.error().message);
  const auto resolved = resolve_backends(selection->suite, selection->catalog);
  if (!resolved) return usage_error(resolved.error().message);
  watch_interrupts();
  FuzzLine line;
  FuzzHooks hooks;
  hooks.progress = [&](const FuzzResult& r) { line.show(r); };
  hooks.failure = [&](const FuzzFailure& f) {
    FuzzLine::clear();
    fmt::print("{}    fuzz: seed {}, index {}\n",
               failure_lines(f.record, columns_of(STDOUT_FILENO).value_or(report::kAnyWidth)),
               options->seed, f.index);
    if (!f.regression.empty()) fmt::print("    regression: {}\n", f.regression.string());
    std::fflush(stdout);
  };
  hooks.interrupted = [] { return interrupted(); };
  const auto result = run::fuzz(resolved->competitors, *options, hooks);
  leave_interrupts();
  FuzzLine::clear();
  if (!result) return usage_error(result.error().message);
  print_summary(*result, *options);
  for (const auto& a : resolved->absent) fmt::print("  absent: {}: {}\n", a.name, a.why);
  const int code = exit_code(*result);
  if (code == kNothingRan) note("nothing ran");
  return code;
}

}  // namespace convgauge::cli
