// `convgauge report`: every format from the results of earlier runs; of several, the history of
// their cases.
#include <fmt/format.h>

#include <filesystem>

#include "cli/selection.hpp"
#include "cli/stored_results.hpp"
#include "cli/terminal.hpp"
#include "core/files.hpp"
#include "report/report.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

constexpr const char* kFormats = "html, md, svg, junit, csv, gbench or table";

/// By the file's name where no format was asked for; empty where it says none.
std::string format_of(const std::string& file) {
  if (file.ends_with(".md")) return "md";
  if (file.ends_with(".svg")) return "svg";
  if (file.ends_with(".xml")) return "junit";
  if (file.ends_with(".csv")) return "csv";
  if (file.ends_with(".json")) return "gbench";
  if (file.ends_with(".html") || file.ends_with(".htm")) return "html";
  return file.empty() ? "table" : "";
}

/// What a history calls a run: its folder.
std::string name_of(const std::string& path) {
  const auto full = std::filesystem::absolute(path).lexically_normal();
  const auto folder =
      full.filename() == "results.jsonl" || full.filename().empty() ? full.parent_path() : full;
  return folder.filename().string();
}

struct Request {
  std::string format;
  std::vector<std::string> names;  // of the runs
  int group = 0;
  int width = 120;
};

Expected<std::string> render(const Request& request, const std::vector<Results>& results) {
  const auto& format = request.format;
  if (format == "html") return html_report(results, request.names);
  if (results.size() > 1) {
    if (format == "table") return history_text_report(results, request.names, request.width);
    if (format == "md") return history_markdown_report(results, request.names);
    return error(
        fmt::format("format {} takes one run, {} were given; html, md and table show their history",
                    format, results.size()));
  }
  const auto& one = results.front();
  if (format == "md") return markdown_report(one);
  if (format == "svg") return svg_report(one, request.group);
  if (format == "junit") return junit_report(one);
  if (format == "csv") return csv_report(one);
  if (format == "gbench") return gbench_report(one);
  if (format == "table") return terminal_table(one, request.width, wants_colour());
  return error(fmt::format("--format {}: not {}", format, kFormats));
}

}  // namespace

int report(const Arguments& arguments) {
  Usage usage{"report", "DIR... [-o FILE]",
              "convgauge report results/runs/resnet50-20261122-120000 -o report.html",
              po::options_description("Options")};
  auto add = usage.options.add_options();
  add("dir", po::value<std::vector<std::string>>(),
      "folders of runs, or their results.jsonl; of several, how their cases moved from run to run");
  add("output,o", po::value<std::string>(), "the file to write; its name decides the format");
  add("group", po::value<int>()->default_value(0, ""),
      "which of the run's groups an svg shows, counted from 1");
  add("format,f", po::value<std::string>(), kFormats);
  const auto parsed = parse(usage, arguments, "dir");
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  if (!values.count("dir")) return usage_error("report: the folder of a run is needed");
  std::vector<Results> results;
  Request request;
  for (const auto& folder : values["dir"].as<std::vector<std::string>>()) {
    auto read = stored_results(folder);
    if (!read) return usage_error(read.error().message);
    results.push_back(std::move(*read));
    request.names.push_back(name_of(folder));
  }
  const auto file = values.count("output") ? values["output"].as<std::string>() : std::string();
  request.format = values.count("format") ? values["format"].as<std::string>() : format_of(file);
  request.group = values["group"].as<int>();
  request.width = terminal_width();
  if (request.format.empty())
    return usage_error(
        fmt::format("report: {}: its name says no format; add --format {}", file, kFormats));
  const auto text = render(request, results);
  if (!text) return usage_error("report: " + text.error().message);
  if (file.empty()) return fmt::print("{}", *text), kGood;
  if (auto ok = write_text(file, *text); !ok) return usage_error(ok.error().message);
  return kGood;
}

}  // namespace convgauge::cli
