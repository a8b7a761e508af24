// `convgauge compare`: two sets of results side by side.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>

#include "cli/options.hpp"
#include "cli/stored_results.hpp"
#include "cli/terminal.hpp"
#include "core/files.hpp"
#include "report/compare/comparison.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormats = "text, json, md or html";

struct Request {
  Texts baseline, candidate;
  CompareOptions options;
};

std::string format_of(const std::string& file) {
  if (file.ends_with(".md")) return "md";
  if (file.ends_with(".json")) return "json";
  if (file.ends_with(".html") || file.ends_with(".htm")) return "html";
  return file.empty() || file.ends_with(".txt") ? "text" : "";
}

/// The results file that a folder stands for, however it was spelled.
fs::path results_file(const fs::path& path) {
  std::error_code failed;
  const auto file = fs::is_directory(path, failed) ? path / "results.jsonl" : path;
  const auto canonical = fs::weakly_canonical(file, failed);
  return failed ? file : canonical;
}

Expected<void> check_twice(const Request& request) {
  const bool by_label = request.options.of && request.options.with;
  for (const auto& a : request.baseline)
    for (const auto& b : request.candidate)
      if (results_file(a) == results_file(b) && !by_label)
        return error(fmt::format(
            "compare: {} is on both sides; two labels of one run are compared by --of A --with B",
            b));
  return {};
}

Expected<Request> request_of(const po::variables_map& values) {
  Request r;
  const auto texts = [&](const char* name) {
    return values.count(name) ? values[name].as<Texts>() : Texts{};
  };
  r.baseline = texts("baseline");
  r.candidate = texts("candidate");
  const auto dirs = texts("dir");
  if (values.count("of")) r.options.of = values["of"].as<std::string>();
  if (values.count("with")) r.options.with = values["with"].as<std::string>();
  const bool by_label = r.options.of && r.options.with;
  if (r.baseline.empty() && r.candidate.empty() && dirs.size() == 2) {
    r.baseline = {dirs[0]};
    r.candidate = {dirs[1]};
  } else if (r.baseline.empty() && r.candidate.empty() && dirs.size() == 1 && by_label) {
    r.baseline = r.candidate = dirs;
  } else if (r.baseline.empty() || r.candidate.empty() || !dirs.empty()) {
    return error(
        "compare: two folders are needed, the baseline first; or --baseline DIR and --candidate "
        "DIR, as often as "
        "needed; or one folder "
        "with --of LABEL --with LABEL");
  }
  r.options.margin = values["margin"].as<double>() / 100;
  if (!(r.options.margin >= 0 && r.options.margin <= 1))
    return error(fmt::format("compare: --margin {:g}: not a percentage from 0 to 100",
                             values["margin"].as<double>()));
  if (auto ok = check_twice(r); !ok) return tl::unexpected(ok.error());
  return r;
}

/// Reads the folders of one side; the results stay in `kept`.
Expected<Side> side_of(const Texts& folders, std::deque<Results>& kept) {
  Side side;
  for (const auto& folder : folders) {
    auto results = stored_results(folder);
    if (!results) return tl::unexpected(results.error());
    side.name += (side.name.empty() ? "" : " + ") + folder;
    side.runs.push_back(&kept.emplace_back(std::move(*results)));
  }
  return side;
}

std::string render(const std::string& format, const Comparison& comparison, bool all,
                   bool to_file) {
  if (format == "json") return compare_json(comparison);
  if (format == "md") return compare_markdown(comparison);
  if (format == "html") return compare_html(comparison);
  return compare_text(comparison, to_file ? 120 : terminal_width(), !to_file && wants_colour(),
                      all);
}

/// One folder on both sides is one run: it is read once, so that its rounds are seen to be common.
Expected<std::pair<Side, Side>> read_sides(const Request& request, std::deque<Results>& kept) {
  auto baseline = side_of(request.baseline, kept);
  if (!baseline) return tl::unexpected(baseline.error());
  const auto same = [](const std::string& a, const std::string& b) {
    return results_file(a) == results_file(b);
  };
  if (std::equal(request.baseline.begin(), request.baseline.end(), request.candidate.begin(),
                 request.candidate.end(), same))
    return std::pair(*baseline, *baseline);
  auto candidate = side_of(request.candidate, kept);
  if (!candidate) return tl::unexpected(candidate.error());
  return std::pair(std::move(*baseline), std::move(*candidate));
}

}  // namespace

int compare(const Arguments& arguments) {
  Usage usage{"compare", "BASELINE CANDIDATE [-o FILE]",
              "convgauge compare results/runs/before results/runs/after -o compare.html",
              po::options_description("Options")};
  auto add = usage.options.add_options();
  add("dir", po::value<Texts>(),
      "folders of runs, or their results.jsonl: the baseline, then the candidate");
  add("baseline", po::value<Texts>(),
      "a folder of the baseline; several are its repeats or shards");
  add("candidate", po::value<Texts>(), "a folder of the candidate, likewise");
  add("of", po::value<std::string>(), "the candidate's label to compare ...");
  add("with", po::value<std::string>(),
      "... with this label of the baseline; both may be of one folder");
  add("margin", po::value<double>()->default_value(1, "1"),
      "per cent by which times may differ and count as the same");
  add("all", "in a text, every case and not just what changed");
  add("output,o", po::value<std::string>(), "the file to write; its name decides the format");
  add("format,f", po::value<std::string>(), kFormats);
  const auto parsed = parse(usage, arguments, "dir");
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  const auto request = request_of(values);
  if (!request) return usage_error(request.error().message);
  const auto file = values.count("output") ? values["output"].as<std::string>() : std::string();
  const auto format = values.count("format") ? values["format"].as<std::string>() : format_of(file);
  if (format != "text" && format != "json" && format != "md" && format != "html")
    return usage_error(
        values.count("format")
            ? fmt::format("compare: --format {}: not {}", format, kFormats)
            : fmt::format("compare: {}: its name says no format; add --format {}", file, kFormats));
  std::deque<Results> kept;
  const auto sides = read_sides(*request, kept);
  if (!sides) return usage_error(sides.error().message);
  const auto comparison = convgauge::compare(sides->first, sides->second, request->options);
  if (!comparison) return usage_error("compare: " + comparison.error().message);
  const auto text = render(format, *comparison, values.count("all") > 0, !file.empty());
  if (file.empty()) return fmt::print("{}", text), kGood;
  if (auto ok = write_text(file, text); !ok) return usage_error(ok.error().message);
  return kGood;
}

}  // namespace convgauge::cli
