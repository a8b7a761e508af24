#include "cli/options.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <charconv>
#include <sstream>

#include "cli/described_options.hpp"
#include "config/nearest.hpp"
#include "config/suite.hpp"
#include "core/problem_text.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

/// The first option whose value is empty, or only a comma: often a variable that a script forgot to
/// set.
std::optional<std::string> empty_option(const po::options_description& options,
                                        const po::variables_map& values) {
  for (const auto& [name, value] : values) {
    const auto* description = options.find_nothrow(name, false);
    if (!description || description->semantic()->max_tokens() == 0 || name == "target") continue;
    const auto* text = boost::any_cast<std::string>(&value.value());
    if ((text && text->empty()) ||
        (boost::any_cast<Texts>(&value.value()) && listed(values, name.c_str()).empty()))
      return name;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> text_of(const po::variables_map& values, const char* name) {
  return values.count(name) ? std::optional(values[name].as<std::string>()) : std::nullopt;
}

Texts listed(const po::variables_map& values, const char* name) {
  Texts all;
  if (!values.count(name)) return all;
  for (const auto& text : values[name].as<Texts>()) {
    std::stringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');)
      if (!part.empty()) all.push_back(part);
  }
  return all;
}

int usage_error(const std::string& message) {
  fmt::print(stderr, "convgauge: {}\n", for_terminal(message));
  return kUsage;
}

Parsed parse(const Usage& usage, const Arguments& arguments, const std::string& positional) {
  po::options_description all = usage.options;
  all.add_options()("help,h", "this text");
  po::positional_options_description places;
  if (!positional.empty()) places.add(positional.c_str(), -1);
  Parsed parsed;
  try {
    po::store(po::command_line_parser(arguments).options(all).positional(places).run(),
              parsed.values);
    po::notify(parsed.values);
  } catch (const po::unknown_option& e) {
    Texts names;
    for (const auto& option : all.options()) names.push_back("--" + option->long_name());
    parsed.exit =
        usage_error(fmt::format("{}: unknown option '{}'{}", usage.verb, e.get_option_name(),
                                suggestion(e.get_option_name(), names)));
  } catch (const po::error& e) {
    parsed.exit = usage_error(fmt::format("{}: {}", usage.verb, e.what()));
  }
  if (!parsed.exit && !parsed.values.count("help"))
    if (const auto name = empty_option(all, parsed.values))
      parsed.exit = usage_error(fmt::format("{}: --{}: its value is empty", usage.verb, *name));
  if (!parsed.exit && parsed.values.count("help")) {
    std::ostringstream text;
    text << all;
    fmt::print("convgauge {} {}\n\n{}\nExample:\n  {}\n", usage.verb, usage.positional, text.str(),
               usage.example);
    parsed.exit = 0;
  }
  return parsed;
}

void add_selection(po::options_description& options) {
  const auto text = [] { return po::value<std::string>(); };
  const auto texts = [] { return po::value<Texts>()->composing(); };
  auto add = options.add_options();
  add("target", text(),
      "a config file, the name of a suite (`list suites`), or a problem such as "
      "n1c64h56w56_o64k3p1");
  add("problem", text(), "a JSON file with one problem, keys of torch.nn.Conv2d");
  add("plugin", texts(), "FILE, or LABEL=FILE to compare files: a plugin (repeatable)");
  add("backend,b", texts(), "backends, by name (a,b or repeated); 'reference' too");
  add("backends", texts(), "the same as --backend");
  add("algorithm", text(), "default, all, or a name from `list algorithms PROBLEM`");
  add("device", text(), "cpu:0, gpu:1, 1 ... from `list devices`");
  add("option", texts(), "KEY=VALUE, passed to the backend (repeatable)");
  add("library-path", text(), "a folder put before the worker's LD_LIBRARY_PATH");
  add("tolerate", texts(), "R14, R15: rules that a library below the plugin may break");
  DeclareOptions declare(options);
  const Settings settings;
  describe_axes(
      [&](const Key& key, const auto& value) {
        if (!key.is_measuring) declare(key, value);
      },
      axes(settings));
  describe(declare, settings.verify);
  add("in-process", "for a debugger: the plugin runs in this process, and nothing is contained");
  add("trust", kTrustHelp);
  add("placement", texts(), "guard placements: end, start");
  add("filter", text(), "a regular expression over SUITE.NAME and the problem's text");
}

void add_shrinking(po::options_description& options) {
  auto add = options.add_options();
  add("shrink-budget", po::value<std::string>(),
      "seconds for making each failing case as small as it fails; default 5");
  add("no-shrink", "leave failing cases as they are");
}

void add_measuring(po::options_description& options) {
  DeclareOptions declare(options);
  const Settings settings;
  describe(declare, MeasureSection<const Settings>{settings});
}

}  // namespace convgauge::cli
