// The table of formats: the names of their files, and what each can show. The command line and its
// help read this table; a new format is one file and one row in formats.cpp.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/layers.hpp"
#include "report/compare/comparison.hpp"
#include "report/gate/gate.hpp"

namespace convgauge::report {

struct FormatOptions {
  std::vector<std::string> names;  // of the runs, one each
  int group = 0;                   // which of a run's groups a picture shows; 0: the only one
  int width = 120;                 // of a terminal, in columns
  bool colour = false;
  bool all_cases = false;  // of a comparison: all cases, not only the changed ones
};

template <class Input>
using Writer = Expected<std::string> (*)(const Input&, const FormatOptions&);

/// One format. Where a writer is null, the format cannot show that.
struct Format {
  std::string_view name;                          // as given to --format
  std::vector<std::string_view> extensions = {};  // of files, with their dot
  bool at_terminal = false;                       // the default where no file is named
  std::string_view kept_as = {};                  // its file in a run's folder; empty: none
  Writer<Results> run = nullptr;
  Writer<std::vector<Results>> runs = nullptr;  // of two or more, their history
  Writer<Comparison> comparison = nullptr;
  Writer<Gate> gate = nullptr;
};

std::span<const Format> formats();

/// What a format is asked to show.
enum class Subject { runs, comparison, gate };

/// The formats that show a subject; the same as "md, html or table".
std::vector<std::string> format_names(Subject subject);
std::string format_choices(Subject subject);

/// The format for the extension of a file; null where there is none. For an empty name: the format
/// for a terminal.
const Format* format_of_file(Subject subject, std::string_view file);
/// The format named `asked`; without it, that for the extension of the file. The error lists the
/// formats.
Expected<const Format*> pick_format(Subject subject, const std::optional<std::string>& asked,
                                    const std::string& file);

/// Writes one run, or the history of several; an error where the format takes only one.
Expected<std::string> write_runs(const Format& format, const std::vector<Results>& results,
                                 const FormatOptions& options);

}  // namespace convgauge::report
