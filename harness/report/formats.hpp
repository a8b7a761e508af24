// The formats, one row each: what a file of it is called, and what it is made from. Command line
// and help read this table; a new format is a file of its own and a row in formats.cpp.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/compare/comparison.hpp"
#include "report/gate/gate.hpp"

namespace convgauge {

struct FormatOptions {
  std::vector<std::string> names;  // of the runs, one each
  int group = 0;                   // which of a run's groups a picture shows; 0: the only one
  int width = 120;                 // of a terminal, in columns
  bool colour = false;
  bool all_cases = false;  // of a comparison, and not just what changed
};

template <class Input>
using Writer = Expected<std::string> (*)(const Input&, const FormatOptions&);

/// A null writer: the format does not show that.
struct Format {
  std::string_view name;                          // of --format
  std::vector<std::string_view> extensions = {};  // of files, with their dot
  bool at_terminal = false;                       // what is shown where no file is named
  std::string_view kept_as = {};                  // the file in a sweep's folder; empty: none
  Writer<Results> run = nullptr;
  Writer<std::vector<Results>> runs = nullptr;  // of two or more, their history
  Writer<Comparison> comparison = nullptr;
  Writer<Gate> gate = nullptr;
};

std::span<const Format> formats();

/// What is to be written.
enum class Subject { runs, comparison, gate };

/// "md, html or table": the formats that show a subject.
std::string format_choices(Subject subject);
/// ".md, .json": those of its formats that are not a terminal's.
std::string file_choices(Subject subject);

/// The one of that extension; null where there is none. An empty name: what a terminal shows.
const Format* format_of_file(Subject subject, std::string_view file);
/// By the name asked for, else by the file's. The error lists what there is.
Expected<const Format*> pick_format(Subject subject, const std::optional<std::string>& asked,
                                    const std::string& file);

/// One run or the history of several; an error where the format takes only one.
Expected<std::string> write_runs(const Format& format, const std::vector<Results>& results,
                                 const FormatOptions& options);

}  // namespace convgauge
