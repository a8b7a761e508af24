// What the command line asks for: a suite, with the options applied, and the plugins that were
// found.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "config/suite.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"
#include "run/catalog.hpp"
#include "run/sweep.hpp"

namespace convgauge::cli {

/// The folder of the configs that came with this program: of an installed one share/convgauge, of
/// one in a build tree that of its sources. Empty where neither is there.
std::vector<std::filesystem::path> suite_folders();

/// The names of the configs in these folders, each once: the suites, then the others.
Texts suite_names();

/// What the command line asks for.
struct Selection {
  Suite suite;
  Catalog catalog;
  std::vector<Placement> placements{Placement::end, Placement::start};
  Program program;
};

/// What workers are started from; --trust.
Program worker_program(const po::variables_map& values);

/// The target: a config, the name of a suite that came with this program, a problem in text form,
/// or --problem FILE.
Expected<Suite> read_target(const po::variables_map& values);

/// Reads the target and applies the options to it. `plugins_alone`: --plugin without --backend
/// means the backends of those plugins and no others.
Expected<Selection> select(const po::variables_map& values, bool plugins_alone);

/// The KEY=VALUE of --option.
Expected<std::map<std::string, std::string>> backend_options(const po::variables_map& values);

/// The rules of --tolerate.
Expected<std::vector<Tolerable>> tolerated_rules(const po::variables_map& values);

/// --shrink-budget, --no-shrink.
Expected<ShrinkBudget> shrink_budget(const po::variables_map& values);

}  // namespace convgauge::cli
