#include "report/formats.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "core/text.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"

namespace convgauge::report {
namespace {

using Options = FormatOptions;
using Text = Expected<std::string>;

const std::vector<Format> kFormats{
    {.name = "text",
     .extensions = {".txt"},
     .at_terminal = true,
     .comparison = [](const Comparison& c, const Options& o) -> Text {
       return without_commands(compare_text(c, o.width, o.colour, o.all_cases));
     },
     .gate = [](const Gate& g, const Options& o) -> Text {
       return without_commands(gate_text(g, o.width, o.colour));
     }},
    {.name = "json",
     .extensions = {".json"},
     .comparison = [](const Comparison& c, const Options&) -> Text { return compare_json(c); },
     .gate = [](const Gate& g, const Options&) -> Text { return gate_json(g); }},
    {.name = "md",
     .extensions = {".md"},
     .kept_as = "report.md",
     .run = [](const Results& r, const Options&) -> Text { return markdown_report(r); },
     .runs = [](const std::vector<Results>& all, const Options& o) -> Text {
       return history_markdown_report(all, o.names);
     },
     .comparison = [](const Comparison& c, const Options&) -> Text { return compare_markdown(c); },
     .gate = [](const Gate& g, const Options&) -> Text { return gate_markdown(g); }},
    {.name = "html",
     .extensions = {".html", ".htm"},
     .kept_as = "report.html",
     .run = [](const Results& r, const Options& o) -> Text { return html_report({r}, o.names); },
     .runs = [](const std::vector<Results>& all, const Options& o) -> Text {
       return html_report(all, o.names);
     },
     .comparison = [](const Comparison& c, const Options&) -> Text { return compare_html(c); }},
    {.name = "svg",
     .extensions = {".svg"},
     .run = [](const Results& r, const Options& o) { return svg_report(r, o.group); }},
    {.name = "junit",
     .extensions = {".xml"},
     .kept_as = "junit.xml",
     .run = [](const Results& r, const Options&) -> Text { return junit_report(r); },
     .gate = [](const Gate& g, const Options&) -> Text { return gate_junit(g); }},
    {.name = "csv",
     .extensions = {".csv"},
     .kept_as = "results.csv",
     .run = [](const Results& r, const Options&) -> Text { return csv_report(r); }},
    {.name = "decision",
     .extensions = {".decision.json"},
     .kept_as = "decision.json",
     .run = [](const Results& r, const Options&) -> Text { return decision_report(r); }},
    {.name = "gbench",
     .extensions = {".json"},
     .kept_as = "gbench.json",
     .run = [](const Results& r, const Options&) -> Text { return gbench_report(r); }},
    {.name = "benchdnn",
     .extensions = {".benchdnn"},
     .run = [](const Results& r, const Options&) -> Text { return benchdnn_report(r); }},
    {.name = "table",
     .at_terminal = true,
     .run = [](const Results& r, const Options& o) -> Text {
       return terminal_table(r, o.width, o.colour);
     },
     .runs = [](const std::vector<Results>& all, const Options& o) -> Text {
       return history_text_report(all, o.names, o.width).map(without_commands);
     }},
};

bool shows(const Format& format, Subject subject) {
  switch (subject) {
    case Subject::runs:
      return format.run != nullptr;
    case Subject::comparison:
      return format.comparison != nullptr;
    case Subject::gate:
      return format.gate != nullptr;
  }
  return false;
}

bool is_named(const Format& format, std::string_view file) {
  if (file.empty()) return format.at_terminal;
  return std::any_of(format.extensions.begin(), format.extensions.end(),
                     [&](std::string_view extension) { return file.ends_with(extension); });
}

template <class Wanted>
std::vector<std::string_view> names_of(Wanted wanted) {
  std::vector<std::string_view> names;
  for (const auto& format : kFormats)
    if (wanted(format)) names.push_back(format.name);
  return names;
}

template <class Wanted>
const Format* first(Wanted wanted) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(), wanted);
  return found == kFormats.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

std::vector<std::string> format_names(Subject subject) {
  const auto names = names_of([&](const Format& f) { return shows(f, subject); });
  return {names.begin(), names.end()};
}

std::string format_choices(Subject subject) {
  return enumerated(names_of([&](const Format& f) { return shows(f, subject); }), "or");
}

const Format* format_of_file(Subject subject, std::string_view file) {
  return first([&](const Format& f) { return shows(f, subject) && is_named(f, file); });
}

Expected<const Format*> pick_format(Subject subject, const std::optional<std::string>& asked,
                                    const std::string& file) {
  if (!asked) {
    if (const auto* format = format_of_file(subject, file)) return format;
    return error(
        fmt::format("{}: its name says no format; add --format {}", file, format_choices(subject)));
  }
  if (const auto* format =
          first([&](const Format& f) { return shows(f, subject) && f.name == *asked; }))
    return format;
  return error(fmt::format("--format {}: not {}", *asked, format_choices(subject)));
}

Expected<std::string> write_runs(const Format& format, const std::vector<Results>& results,
                                 const FormatOptions& options) {
  if (results.size() == 1) return format.run(results.front(), options);
  if (format.runs) return format.runs(results, options);
  return error(fmt::format("format {} takes one run, {} were given; {} show their history",
                           format.name, results.size(),
                           enumerated(names_of([](const Format& f) { return f.runs; }), "and")));
}

}  // namespace convgauge::report
