// The options that several verbs share, and how they bend a suite.
#pragma once
#include <boost/program_options.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/verbs.hpp"
#include "config/suite.hpp"
#include "core/expected.hpp"
#include "run/catalog.hpp"
#include "run/sweep.hpp"

namespace convgauge::cli {

namespace po = boost::program_options;

/// A verb's options: what it takes, and an example for --help.
struct Usage {
  std::string verb, positional, example;
  po::options_description options;
};

/// Parsed arguments, or the exit code where the verb ends here (help was shown, or the usage was wrong).
struct Parsed {
  std::optional<int> exit;
  po::variables_map values;
};
/// Positional arguments all go to `positional`. Wrong ones are named, with the nearest option that exists.
Parsed parse(const Usage& usage, const Arguments& arguments, const std::string& positional);

/// Prints "convgauge: MESSAGE" to standard error; exit code 2.
int usage_error(const std::string& message);

/// --plugin, --backend(s), --algorithm, --device, --option, --library-path, --threads, --dtype, --layout, --direction,
/// --math, --deterministic, --fill, --seed, --timeout, --placement, --filter, --problem.
void add_selection(po::options_description& options);
/// --rounds, --budget, --cold.
void add_measuring(po::options_description& options);

/// What the command line asks for.
struct Selection {
  Suite suite;
  Catalog catalog;
  std::vector<Placement> placements{Placement::end, Placement::start};
};

/// Reads the target (a config, or a problem in text form, or --problem FILE) and bends it by the options.
/// `plugins_alone`: --plugin without --backend means the backends of those plugins and no others.
Expected<Selection> select(const po::variables_map& values, bool plugins_alone);

/// One value of --threads.
Expected<int> thread_count(const std::string& text);

/// The files of --plugin.
std::vector<std::filesystem::path> plugin_files(const po::variables_map& values);

}  // namespace convgauge::cli
