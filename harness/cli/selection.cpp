#include "cli/selection.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "cli/described_options.hpp"
#include "cli/plugin_options.hpp"
#include "config/digest.hpp"
#include "config/nearest.hpp"
#include "core/npy.hpp"
#include "core/problem_text.hpp"
#include "run/version.hpp"

namespace convgauge::cli {
namespace {

std::string one(const po::variables_map& values, const char* name) {
  return values.count(name) ? values[name].as<std::string>() : std::string();
}

/// The shape of `run`'s --input, where it can be read; errors are reported when the array is read
/// to be used.
std::optional<InputSize> input_size(const po::variables_map& values) {
  if (!values.count("input")) return std::nullopt;
  const auto array = read_npy(one(values, "input"));
  if (!array || array->shape.size() < 3 || array->shape.size() > 4) return std::nullopt;
  const auto& s = array->shape;
  return s.size() == 4 ? InputSize{s[0], s[2], s[3]} : InputSize{1, s[1], s[2]};
}

/// The configs that came with this program; the suites first, so that "resnet50" is the suite and
/// not the run that was published.
std::vector<std::filesystem::path> suite_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& folder : suite_folders())
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".json" && entry.path().filename() != "schema.json")
        files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::stable_partition(files.begin(), files.end(),
                        [](const auto& file) { return file.parent_path().filename() == "suites"; });
  return files;
}

/// The suite that is named without its folder: "resnet50".
Expected<Suite> named_suite(const std::string& name) {
  for (const auto& file : suite_files())
    if (file.stem() == name) return read_suite(file);
  const auto found = nearest(name, suite_names());
  return error(fmt::format(
      "'{}' is no file, no problem (such as n1c64h56w56_o64k3p1) and no suite{}", name,
      found ? fmt::format("; did you mean '{}'?", *found) : "; `convgauge list suites` has them"));
}

/// Whether a target that is no file is meant as a problem: "n1c3...", "N=1".
bool like_problem(const std::string& target) {
  const auto is_digit = [&](std::size_t i) {
    return i < target.size() && target[i] >= '0' && target[i] <= '9';
  };
  return is_digit(1) || target.find_first_of(" =\t\n") != std::string::npos;
}

}  // namespace

Expected<Suite> read_target(const po::variables_map& values) {
  const auto file = one(values, "problem"), target = one(values, "target");
  if (!file.empty() && !target.empty())
    return error(fmt::format("both --problem {} and '{}' were given", file, target));
  if (!file.empty()) {
    auto problem = read_problem(file, input_size(values));
    if (!problem) return tl::unexpected(problem.error());
    auto suite = suite_of(problem->geometry);
    suite.problems.front().name =
        problem->name.empty() ? suite.problems.front().name : problem->name;
    suite.problems.front().own = problem->own;
    return suite;
  }
  if (target.empty())
    return error(
        "a config file or a problem is needed, such as configs/quickstart.json or "
        "n1c64h56w56_o64k3p1");
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored) || target.ends_with(".json") ||
      target.find('/') != std::string::npos)
    return read_suite(target);
  const auto geometry = parse_problem(target);
  if (!geometry && !like_problem(target)) return named_suite(target);
  if (!geometry) return tl::unexpected(geometry.error());
  if (const auto bad = flaw(*geometry))
    return error(fmt::format("problem '{}': {}: {}", target, bad->field, bad->rule));
  return suite_of(*geometry);
}

namespace {

Expected<void> apply_settings(const po::variables_map& values, Suite& suite) {
  ReadOptions read(values);
  describe(read, suite.settings);
  return read.done;
}

/// An option for a setting that some problems have of their own does not change these, which is
/// said; where all have it, the option has no effect: an error.
Expected<void> check_own(const po::variables_map& values, const Suite& suite) {
  std::map<std::string, std::size_t> owners;
  for (const auto& problem : suite.problems)
    for (const auto& setting : own_texts(problem.own)) ++owners[std::string(setting.key.name)];
  for (const auto& [name, count] : owners) {
    if (!values.count(name)) continue;
    if (count == suite.problems.size())
      return error(
          fmt::format("--{0}: every problem of {1} has a {0} of its own, so that this "
                      "option changes nothing",
                      name, suite.name));
    note(fmt::format("--{0}: {1} of {2} of {3} have a {0} of their own, and keep it", name, count,
                     counted(suite.problems.size(), "problem"), suite.name));
  }
  return {};
}

Texts backends_of_named_plugins(const Catalog& catalog) {
  Texts names;
  for (const auto& plugin : catalog.plugins)
    if (plugin.named)
      for (const auto& backend : plugin.description.backends) names.push_back(backend.name);
  return names;
}

/// The choices of these names. Where one label stands for several backends, each is LABEL.BACKEND.
Expected<std::vector<BackendChoice>> choices_of_all(const Texts& names,
                                                    const std::vector<PluginOption>& given,
                                                    const Catalog& catalog) {
  std::vector<BackendChoice> all;
  for (const auto& name : names) {
    auto choices = choices_of(name, given, catalog);
    if (!choices) return choices;
    for (auto& choice : *choices)
      if (std::find(all.begin(), all.end(), choice) == all.end()) all.push_back(std::move(choice));
  }
  std::map<std::string, int> uses;
  for (const auto& choice : all) ++uses[choice.label];
  for (auto& choice : all)
    if (uses[choice.label] > 1 && choice.label != choice.name) choice.label += "." + choice.name;
  for (auto c = all.begin(); c != all.end(); ++c)
    for (auto d = all.begin(); d != c; ++d)
      if (c->label == d->label)
        return error(
            fmt::format("--backend: '{}' would be the label of two; --plugin LABEL=FILE "
                        "gives another",
                        c->label));
  return all;
}

/// Whether, without --backend, the backends of --plugin run alone.
bool needs_named_alone(const po::variables_map& values, bool plugins_alone,
                       const std::vector<PluginOption>& given) {
  return (plugins_alone && values.count("plugin")) ||
         std::any_of(given.begin(), given.end(),
                     [](const PluginOption& o) { return !o.label.empty(); });
}

/// Backends that run although no --backend names them.
Texts unnamed_backends(const po::variables_map& values, bool plugins_alone,
                       const std::vector<PluginOption>& given, const Catalog& catalog) {
  if (!needs_named_alone(values, plugins_alone, given)) return {};
  auto names = backends_of_named_plugins(catalog);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// Of what runs without a label of its own: its file must be clear.
Expected<void> check_files(const Selection& selection, const std::vector<PluginOption>& given) {
  Texts names;
  for (const auto& choice : selection.suite.backends)
    if (choice.plugin.empty()) names.push_back(choice.name);
  if (selection.suite.backends.empty()) names = backends_of_named_plugins(selection.catalog);
  for (const auto& name : names)
    if (auto ok = check_unambiguous(name, given, selection.catalog); !ok) return ok;
  return {};
}

Expected<void> apply_backends(const po::variables_map& values, bool plugins_alone,
                              const std::vector<PluginOption>& given, Selection& selection) {
  auto names = listed(values, "backend");
  if (names.empty()) names = unnamed_backends(values, plugins_alone, given, selection.catalog);
  auto options = backend_options(values);
  if (!options) return tl::unexpected(options.error());
  auto& backends = selection.suite.backends;
  if (!names.empty()) {
    auto choices = choices_of_all(names, given, selection.catalog);
    if (!choices) return tl::unexpected(choices.error());
    backends = std::move(*choices);
  }
  if (auto ok = check_files(selection, given); !ok) return ok;
  const bool changes = !options->empty() || values.count("algorithm") || values.count("device") ||
                       values.count("library-path") || values.count("tolerate");
  if (changes && backends.empty())
    return error("--algorithm, --device, --option, --library-path and --tolerate need --backend");
  const auto tolerated = tolerated_rules(values);
  if (!tolerated) return tl::unexpected(tolerated.error());
  for (auto& choice : backends) {
    if (values.count("algorithm")) choice.algorithm = one(values, "algorithm");
    if (values.count("device")) choice.device = one(values, "device");
    if (values.count("library-path")) choice.library_path = one(values, "library-path");
    if (values.count("tolerate")) choice.tolerate = *tolerated;
    for (const auto& [key, value] : *options) choice.options[key] = value;
  }
  if (selection.suite.baseline_backend) {
    const auto is_baseline = [&](const BackendChoice& c) {
      return c.label == *selection.suite.baseline_backend;
    };
    if (!backends.empty() && std::none_of(backends.begin(), backends.end(), is_baseline))
      selection.suite.baseline_backend.reset();
  }
  return {};
}

Expected<void> keep_matching(const po::variables_map& values, Suite& suite) {
  const auto text = one(values, "filter");
  if (text.empty()) return {};
  const re2::RE2 pattern(text, re2::RE2::Quiet);
  if (!pattern.ok())
    return error(fmt::format(
        "--filter {}: {} (the syntax of RE2, which has no lookahead and no backreferences)",
        text.substr(0, 80), pattern.error().substr(0, 80)));
  std::erase_if(suite.problems, [&](const Problem& p) {
    return !re2::RE2::PartialMatch(p.suite + "." + p.name, pattern) &&
           !re2::RE2::PartialMatch(short_text(p.geometry), pattern);
  });
  if (suite.problems.empty()) return error(fmt::format("--filter {}: no problem matches", text));
  return {};
}

}  // namespace

std::vector<std::filesystem::path> suite_folders() {
  const auto binaries = program_file().parent_path();
  for (const auto& folder : {binaries.parent_path() / "share/convgauge/configs",
                             std::filesystem::path(kSourceFolder) / "configs"}) {
    std::error_code missing;
    if (std::filesystem::is_directory(folder / "suites", missing)) return {folder};
  }
  return {};
}

Texts suite_names() {
  Texts names;
  for (const auto& file : suite_files())
    if (const auto name = file.stem().string();
        std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  return names;
}

Expected<std::vector<Tolerable>> tolerated_rules(const po::variables_map& values) {
  std::vector<Tolerable> rules;
  if (auto ok = from_texts(Key("tolerate"), listed(values, "tolerate"), rules); !ok)
    return tl::unexpected(ok.error());
  return rules;
}

Expected<std::map<std::string, std::string>> backend_options(const po::variables_map& values) {
  std::map<std::string, std::string> options;
  if (!values.count("option")) return options;
  for (const auto& text : values["option"].as<Texts>()) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return error(fmt::format("--option {}: not KEY=VALUE", text));
    options[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return options;
}

Expected<double> seconds(std::string_view option, const std::string& text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size() || !(value > 0) || value > 1e6)
    return error(
        fmt::format("--{} {}: not a number of seconds above 0 and up to 1e6", option, text));
  return value;
}

Expected<ShrinkBudget> shrink_budget(const po::variables_map& values) {
  constexpr std::chrono::milliseconds kUsual{5'000};
  ShrinkBudget budget;
  if (values.count("no-shrink")) {
    if (values.count("shrink-budget"))
      return error("--shrink-budget and --no-shrink exclude each other");
    return budget;
  }
  budget.time = kUsual;
  if (!values.count("shrink-budget")) return budget;
  if (auto ok = from_text(Key("shrink-budget"), one(values, "shrink-budget"), budget.time); !ok)
    return tl::unexpected(ok.error());
  return budget;
}

namespace {

/// Loads the plugins that the command line and the suite name, and what they ask for by name.
Catalog find_plugins(const po::variables_map& values, const std::vector<PluginOption>& given,
                     bool plugins_alone, const Suite& suite, std::vector<Tolerable> tolerated) {
  auto path = default_search_path({});
  path.executable = worker_program(values);
  path.tolerated = std::move(tolerated);
  auto no_folders = path;
  no_folders.folders.clear();
  std::vector<NamedPlugin> named;
  for (const auto& option : given) named.push_back({option.file, one(values, "library-path")});
  for (const auto& choice : suite.backends)
    if (!choice.plugin.empty()) named.push_back({choice.plugin, choice.library_path});
  auto wanted = listed(values, "backend");
  if (wanted.empty() && needs_named_alone(values, plugins_alone, given))
    return discover(no_folders, named);
  std::erase_if(wanted, [&](const std::string& name) {
    return std::any_of(given.begin(), given.end(),
                       [&](const PluginOption& o) { return o.label == name; });
  });
  if (!values.count("backend"))
    for (const auto& choice : suite.backends)
      if (choice.plugin.empty()) wanted.push_back(choice.name);
  // All are named by their files: nothing is looked for.
  if (wanted.empty() && !(suite.backends.empty() && !values.count("backend")))
    return discover(no_folders, named);
  return discover(path, named, wanted);
}

}  // namespace

Program worker_program(const po::variables_map& values) {
  auto program = default_search_path({}).executable;
  program.trusted = values.count("trust") > 0;
  return program;
}

Expected<Selection> select(const po::variables_map& given, bool plugins_alone) {
  po::variables_map values = given;
  if (values.count("backends")) {
    auto both = values.count("backend") ? values["backend"].as<Texts>() : Texts{};
    const auto& more = values["backends"].as<Texts>();
    both.insert(both.end(), more.begin(), more.end());
    values.erase("backend");
    values.insert({"backend", po::variable_value(both, false)});
  }
  auto suite = read_target(values);
  if (!suite) return tl::unexpected(suite.error());
  Selection selection;
  selection.program = worker_program(values);
  selection.suite = std::move(*suite);
  if (auto ok = apply_settings(values, selection.suite); !ok) return tl::unexpected(ok.error());
  if (values.count("placement"))
    if (auto ok = from_texts(Key("placement"), listed(values, "placement"), selection.placements);
        !ok)
      return tl::unexpected(ok.error());
  if (auto ok = keep_matching(values, selection.suite); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_own(values, selection.suite); !ok) return tl::unexpected(ok.error());
  const auto plugins = plugin_options(values);
  if (!plugins) return tl::unexpected(plugins.error());
  auto tolerated = tolerated_rules(values);
  if (!tolerated) return tl::unexpected(tolerated.error());
  for (const auto& choice : selection.suite.backends)
    tolerated->insert(tolerated->end(), choice.tolerate.begin(), choice.tolerate.end());
  selection.catalog =
      find_plugins(values, *plugins, plugins_alone, selection.suite, std::move(*tolerated));
  for (const auto& failure : selection.catalog.errors)
    if (failure.named) return error(failure.why);
  if (auto ok = apply_backends(values, plugins_alone, *plugins, selection); !ok)
    return tl::unexpected(ok.error());
  tell_shadowed(selection.suite.backends, selection.catalog);
  tell_silent(selection.catalog);
  // The digest covers what the command line changed too: --resume compares it.
  selection.suite.digest = digest_of(selection.suite);
  return selection;
}

}  // namespace convgauge::cli
