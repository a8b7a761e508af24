// `convgauge list`: what is here, what is not, and why.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/plugin_options.hpp"
#include "cli/selection.hpp"
#include "cli/suite_coverage.hpp"
#include "cli/terminal.hpp"
#include "config/nearest.hpp"
#include "core/text.hpp"
#include "report/text_width.hpp"
#include "run/cases.hpp"
#include "run/outcome.hpp"
#include "run/pool.hpp"
#include "run/verify_case.hpp"
#include "run/version.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::cli {
namespace {

namespace fs = std::filesystem;

/// A name, and what is said about it, in columns; where there is no width to fit, as one line,
/// which scripts read.
void print_entry(const std::string& name, const std::string& text) {
  constexpr int kColumn = 13;
  const auto width = columns_of(STDOUT_FILENO);
  if (!width)
    fmt::print("{:<{}} {}\n", name, kColumn - 1, for_terminal(text));
  else
    fmt::print("{}", for_terminal(beside(name, text, kColumn, *width)));
}

void print_backends(const Catalog& catalog) {
  for (const auto& plugin : catalog.plugins)
    for (const auto& b : plugin.description.backends) {
      const auto state =
          b.devices.empty() ? "no device: " + b.why_no_device : counted(b.devices.size(), "device");
      print_entry(b.name, b.description);
      print_entry("", fmt::format("{}; {}", b.version, state));
      print_entry("", plugin.file);
      for (const auto& o : b.options)
        print_entry("", fmt::format("--option {}={} (default {}): {}", o.key, o.values,
                                    o.default_value, o.description));
    }
  for (const auto& e : catalog.errors) print_entry("not loaded", e.why);
}

void print_searched(const SearchPath& path, const Catalog& catalog) {
  fmt::print("\nsearched:\n");
  for (const auto& folder : path.folders) fmt::print("  {}\n", folder.string());
  for (const auto& file : catalog.searched)
    if (file != kReferencePlugin) fmt::print("    {}\n", file.string());
}

void print_devices(const Catalog& catalog) {
  for (const auto& plugin : catalog.plugins)
    for (const auto& b : plugin.description.backends) {
      if (b.devices.empty()) print_entry(b.name, "none: " + b.why_no_device);
      for (std::size_t i = 0; i < b.devices.size(); ++i) {
        const auto& d = b.devices[i];
        const auto memory =
            d.memory_bytes > 0
                ? fmt::format(", {:.1f} GiB", static_cast<double>(d.memory_bytes) / (1 << 30))
                : "";
        print_entry(b.name, fmt::format("{}:{}  {}{}{}", word(d.kind), i, d.name, memory,
                                        d.driver.empty() ? "" : ", " + d.driver));
      }
    }
}

int print_suites() {
  for (const auto& folder : suite_folders()) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".json" && entry.path().filename() != "schema.json")
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      const auto suite = read_suite(file);
      if (!suite) return usage_error(suite.error().message);
      double gflop = 0;
      std::int64_t layers = 0;
      for (const auto& p : suite->problems) {
        gflop += static_cast<double>(p.geometry.flops()) * static_cast<double>(p.count) / 1e9;
        layers += p.count;
      }
      say(fmt::format("{:<28} {:>4} problems, {:>4} layers, {:>9.3f} GFLOP  {}\n", suite->name,
                      suite->problems.size(), layers, gflop, fs::relative(file).string()));
    }
    return kGood;
  }
  return usage_error("list: no configs folder was found");
}

int print_algorithms(const po::variables_map& values) {
  const auto selection = select(values, false);
  if (!selection) return usage_error(selection.error().message);
  const auto resolved = resolve_backends(selection->suite, selection->catalog);
  if (!resolved) return usage_error(resolved.error().message);
  Pool pool(selection->program, false);
  for (const auto& problem : selection->suite.problems)
    for (const auto& settings : settings_of(selection->suite, problem))
      for (const auto& c : resolved->competitors) {
        auto worker = pool.worker(c, settings.threads);
        if (!worker && is_denied(worker.error()))
          throw MachineTrouble(std::get<Refused>(worker.error()).why);
        if (!worker) return usage_error(sentence(worker.error()));
        const auto spec = spec_of(problem.geometry, settings);
        const auto listed = (*worker)->call(
            ListAlgorithms{c.choice.name, spec, plan_settings(c, "default", settings.threads, 1)},
            default_timeout(problem.geometry.flops()));
        if (!listed) {
          print_entry(c.choice.label,
                      fmt::format("{}: {}", kind(listed.error()), sentence(listed.error())));
          continue;
        }
        for (const auto& a : listed->algorithms)
          say(fmt::format("{:<12} {:<48} {}{}\n", c.choice.label, a.name, word(a.algorithm_class),
                          a.deterministic ? "" : ", not deterministic"));
      }
  return kGood;
}

}  // namespace

Usage list_usage() {
  Usage usage{.verb = "list",
              .summary =
                  "the backends here, their devices, the suites, a problem's algorithms; "
                  "what could not be loaded, and why",
              .arguments = "[backends | devices | suites [SUITE] | algorithms PROBLEM]",
              .example = "convgauge list algorithms n1c64h56w56_o64k3p1 --layout nhwc",
              .place = "target",
              .most = 2,
              .offer = Offer::target,
              .words = {"backends", "devices", "suites", "algorithms"},
              .groups = {backend_group(), settings_group()},
              .exits = {kUsage, kMachine, kGood}};
  usage.groups[0].options.push_back(trust_option());
  usage.groups[1].title = "Settings, of algorithms";
  return usage;
}

int list(const Arguments& arguments) {
  auto parsed = parse(list_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  // The first argument is what is listed, the second its target.
  auto words = texts_of(parsed.values, "target");
  const auto what = words.empty() ? std::string("backends") : words[0];
  const auto& known = list_usage().words;
  if (std::find(known.begin(), known.end(), what) == known.end())
    return usage_error(
        fmt::format("list: '{}' is nothing to list{}", what, suggestion(what, known)));
  parsed.values.erase("target");
  if (words.size() > 1) parsed.values.insert({"target", po::variable_value(words[1], false)});
  if (what == "algorithms") return print_algorithms(parsed.values);
  if (what == "suites" && (parsed.values.count("target") || parsed.values.count("problem"))) {
    const auto suite = read_target(parsed.values);
    if (!suite) return usage_error(suite.error().message);
    return print_coverage(*suite), kGood;
  }
  if (parsed.values.count("target"))
    return usage_error(fmt::format("list {}: '{}' means nothing here", what,
                                   parsed.values["target"].as<std::string>()));
  const auto given = plugin_options(parsed.values);
  if (!given) return usage_error(given.error().message);
  std::vector<fs::path> files;
  for (const auto& option : *given) files.push_back(option.file);
  auto path = default_search_path(files);
  path.executable = worker_program(parsed.values);
  if (what == "suites") return print_suites();
  const auto catalog = discover(path);
  tell_silent(catalog);
  if (what == "devices") return print_devices(catalog), kGood;
  print_backends(catalog);
  print_searched(path, catalog);
  for (const auto& e : catalog.errors)
    if (e.named) return usage_error(e.why);
  return kGood;
}

}  // namespace convgauge::cli
