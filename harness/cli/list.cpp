// `convgauge list`: what is here, what is not, and why.
#include <fmt/format.h>

#include "cli/plugin_options.hpp"
#include "cli/selection.hpp"
#include "cli/suite_coverage.hpp"
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

void print_backends(const Catalog& catalog) {
  for (const auto& plugin : catalog.plugins)
    for (const auto& b : plugin.description.backends) {
      const auto state =
          b.devices.empty() ? "no device: " + b.why_no_device : counted(b.devices.size(), "device");
      fmt::print("{:<12} {}\n{:<12} {}; {}\n{:<12} {}\n", b.name, for_terminal(b.description), "",
                 for_terminal(b.version), for_terminal(state), "", plugin.file);
      for (const auto& o : b.options)
        fmt::print("{:<12} --option {}={} (default {}): {}\n", "", o.key, o.values, o.default_value,
                   for_terminal(o.description));
    }
  for (const auto& e : catalog.errors) fmt::print("not loaded   {}\n", for_terminal(e.why));
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
      if (b.devices.empty()) fmt::print("{:<12} none: {}\n", b.name, for_terminal(b.why_no_device));
      for (std::size_t i = 0; i < b.devices.size(); ++i) {
        const auto& d = b.devices[i];
        fmt::print("{:<12} {}:{}  {}{}{}\n", b.name, word(d.kind), i, for_terminal(d.name),
                   d.memory_bytes > 0 ? fmt::format(", {:.1f} GiB",
                                                    static_cast<double>(d.memory_bytes) / (1 << 30))
                                      : "",
                   d.driver.empty() ? "" : ", " + for_terminal(d.driver));
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
      fmt::print("{:<28} {:>4} problems, {:>4} layers, {:>9.3f} GFLOP  {}\n", suite->name,
                 suite->problems.size(), layers, gflop, fs::relative(file).string());
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
          fmt::print("{:<12} {}: {}\n", c.choice.label, kind(listed.error()),
                     for_terminal(sentence(listed.error())));
          continue;
        }
        for (const auto& a : listed->algorithms)
          fmt::print("{:<12} {:<48} {}{}\n", c.choice.label, a.name, word(a.algorithm_class),
                     a.deterministic ? "" : ", not deterministic");
      }
  return kGood;
}

}  // namespace

int list(const Arguments& arguments) {
  Usage usage{"list", "[backends|devices|suites [SUITE]|algorithms PROBLEM]",
              "convgauge list algorithms n1c64h56w56_o64k3p1 --layout nhwc",
              po::options_description("Options")};
  Arguments rest = arguments;
  std::string what = "backends";
  if (!rest.empty() && !rest.front().starts_with("-")) {
    what = rest.front();
    rest.erase(rest.begin());
  }
  add_selection(usage.options);
  const auto parsed = parse(usage, rest, "target");
  if (parsed.exit) return *parsed.exit;
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
  if (what != "backends" && what != "devices")
    return usage_error(fmt::format("list {}: not backends, devices, suites or algorithms", what));
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
