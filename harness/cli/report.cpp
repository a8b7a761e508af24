// `convgauge report`: every format, from the results of earlier runs; from several runs, the
// history of their cases.
#include <fmt/format.h>

#include <filesystem>

#include "cli/selection.hpp"
#include "cli/stored_results.hpp"
#include "cli/terminal.hpp"
#include "core/files.hpp"
#include "report/formats.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

/// The name of a run in a history: its folder, the first one of several shards.
std::string name_of(const Texts& folders) {
  const auto full = std::filesystem::absolute(folders.front()).lexically_normal();
  const auto folder =
      full.filename() == "results.jsonl" || full.filename().empty() ? full.parent_path() : full;
  return folder.filename().string();
}

}  // namespace

int report(const Arguments& arguments) {
  Usage usage{"report", "DIR... [-o FILE]",
              "convgauge report results/runs/resnet50-20261122-120000 -o report.html",
              po::options_description("Options")};
  auto add = usage.options.add_options();
  add("dir", po::value<std::vector<std::string>>(),
      "folders of runs, or their results.jsonl; of several runs, how their cases moved from run to "
      "run; the shards of one run are one run");
  add("output,o", po::value<std::string>(), "the file to write; its name decides the format");
  add("group", po::value<int>()->default_value(0, ""),
      "which of the run's groups an svg shows, counted from 1");
  add("format,f", po::value<std::string>(), format_choices(Subject::runs).c_str());
  const auto parsed = parse(usage, arguments, "dir");
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  if (!values.count("dir")) return usage_error("report: the folder of a run is needed");
  std::vector<Results> results;
  FormatOptions options;
  auto runs = stored_runs(values["dir"].as<Texts>());
  if (!runs) return usage_error("report: " + runs.error().message);
  for (auto& run : *runs) {
    results.push_back(std::move(run.results));
    options.names.push_back(name_of(run.folders));
  }
  const auto file = text_of(values, "output").value_or("");
  options.group = values["group"].as<int>();
  options.width = terminal_width();
  options.colour = wants_colour();
  const auto format = pick_format(Subject::runs, text_of(values, "format"), file);
  if (!format) return usage_error("report: " + format.error().message);
  const auto text = write_runs(**format, results, options);
  if (!text) return usage_error("report: " + text.error().message);
  if (file.empty()) return fmt::print("{}", *text), kGood;
  if (auto ok = write_text(file, *text); !ok) return usage_error(ok.error().message);
  return kGood;
}

}  // namespace convgauge::cli
