#include "cli/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "cli/described_options.hpp"
#include "cli/help.hpp"
#include "cli/terminal.hpp"
#include "config/nearest.hpp"
#include "config/settings.hpp"
#include "config/suite.hpp"
#include "core/parse_number.hpp"
#include "core/text.hpp"
#include "report/text_width.hpp"
#include "worker/binding.hpp"

namespace convgauge::cli {
namespace {

constexpr const char* kArguments = " arguments";  // a name that nobody can give as an option

/// The option as Boost knows it.
void declare(const Option& option, po::options_description& to) {
  auto name = option.name;
  if (option.letter) name += std::string(",") + option.letter;
  if (option.value.empty()) {
    to.add_options()(name.c_str(), new po::untyped_value(true));
  } else if (option.list || option.repeated) {
    auto* value = po::value<Texts>()->composing();
    if (!option.bare.empty()) value->implicit_value({option.bare}, option.bare);
    to.add_options()(name.c_str(), value);
  } else {
    auto* value = po::value<std::string>();
    if (!option.initial.empty()) value->default_value(option.initial);
    to.add_options()(name.c_str(), value);
  }
}

/// All options of a usage that people give by name.
std::vector<const Option*> options_of(const Usage& usage) {
  std::vector<const Option*> all;
  for (const auto& group : usage.groups)
    for (const auto& option : group.options) all.push_back(&option);
  return all;
}

const Option* find_option(const Usage& usage, const std::string& name) {
  for (const auto* option : options_of(usage))
    if (option->name == name) return option;
  return nullptr;
}

/// "--rounds" of "--rounds=3".
std::string bare_name(const std::string& written) {
  return written.substr(0, written.find('='));
}

/// "-1" after an option that takes a value is that value, and no option of its own.
Arguments with_negative_values(const Usage& usage, const Arguments& arguments) {
  Arguments all;
  for (const auto& argument : arguments) {
    const bool number =
        argument.size() > 1 && argument[0] == '-' &&
        (std::isdigit(static_cast<unsigned char>(argument[1])) || argument[1] == '.');
    const auto* option = number && !all.empty() && all.back().starts_with("--")
                             ? find_option(usage, all.back().substr(2))
                             : nullptr;
    if (option && !option->value.empty())
      all.back() += "=" + argument;
    else
      all.push_back(argument);
  }
  return all;
}

/// The first option whose value is empty, or only commas: often a variable that a script forgot to
/// set.
std::optional<std::string> empty_option(const Usage& usage, const po::variables_map& values) {
  for (const auto* option : options_of(usage)) {
    if (option->value.empty() || !values.count(option->name)) continue;
    const auto& value = values[option->name].value();
    const auto* text = boost::any_cast<std::string>(&value);
    if ((text && text->empty()) ||
        (boost::any_cast<Texts>(&value) && listed(values, option->name.c_str()).empty()))
      return option->name;
  }
  return std::nullopt;
}

/// An option that takes one of a few words, and has another. (Lists are read where they are used.)
std::optional<std::string> unknown_word(const Usage& usage, const po::variables_map& values) {
  for (const auto* option : options_of(usage)) {
    if (option->words.empty() || option->list || !values.count(option->name)) continue;
    const auto text = values[option->name].as<std::string>();
    if (std::find(option->words.begin(), option->words.end(), text) != option->words.end())
      continue;
    const std::vector<std::string_view> words(option->words.begin(), option->words.end());
    return fmt::format("--{} {}: not {}", option->name, text, enumerated(words, "or"));
  }
  return std::nullopt;
}

std::string unknown_option_text(const Usage& usage, const std::string& written) {
  const auto name = bare_name(written);
  Texts others, names{"--help"};
  for (const auto& verb : verbs())
    if (find_option(verb.usage(), name.substr(name.find_first_not_of('-'))) && name.size() > 2)
      others.emplace_back(verb.name);
  std::vector<std::string_view> words(others.begin(), others.end());
  if (!words.empty())
    return fmt::format("{}: unknown option '{}': it is an option of {}", usage.verb, name,
                       enumerated(words, "and"));
  for (const auto* option : options_of(usage)) names.push_back("--" + option->name);
  const auto found = config::nearest(name, names);
  return fmt::format("{}: unknown option '{}'{}", usage.verb, name,
                     found ? fmt::format("; did you mean '{}'?", *found)
                           : fmt::format("; `convgauge help {}` lists all", usage.verb));
}

/// What is wrong with the syntax of a command line.
std::string syntax_text(const Usage& usage, const po::error& e) {
  if (const auto* unknown = dynamic_cast<const po::unknown_option*>(&e))
    return unknown_option_text(usage, unknown->get_option_name());
  if (const auto* several = dynamic_cast<const po::ambiguous_option*>(&e)) {
    const auto& names = several->alternatives();
    Texts alternatives;
    for (const auto& name : names) alternatives.push_back("--" + name);
    std::vector<std::string_view> words(alternatives.begin(), alternatives.end());
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return fmt::format("{}: '{}' may be {}", usage.verb, several->get_option_name(),
                       enumerated(words, "or"));
  }
  if (const auto* twice = dynamic_cast<const po::multiple_occurrences*>(&e))
    return fmt::format("{}: {} is given twice", usage.verb, twice->get_option_name());
  if (const auto* syntax = dynamic_cast<const po::invalid_command_line_syntax*>(&e)) {
    const auto written = syntax->get_option_name();
    const auto* option = find_option(usage, written.substr(written.find_first_not_of('-')));
    if (option && option->value.empty())
      return fmt::format("{}: {} takes no value", usage.verb, written);
    return fmt::format("{}: {} needs a value{}", usage.verb, written,
                       option ? fmt::format(": {} {}", written, shown_value(*option)) : "");
  }
  return fmt::format("{}: {}", usage.verb, e.what());
}

/// Holds the arguments against the number that the verb takes, and stores a single one as text.
std::optional<std::string> settle_arguments(const Usage& usage, po::variables_map& values) {
  const auto all = texts_of(values, kArguments);
  values.erase(kArguments);
  if (all.empty()) return std::nullopt;
  if (usage.place.empty())
    return fmt::format("{}: '{}' means nothing here: {} takes options only", usage.verb, all[0],
                       usage.verb);
  if (static_cast<int>(all.size()) > usage.most)
    return fmt::format("{}: one argument is needed ({}), {} were given: '{}' and '{}'{}",
                       usage.verb, usage.arguments, all.size(), all[0], all[1],
                       all.size() > 2 ? " ..." : "");
  if (usage.most == 1)
    values.insert({usage.place, po::variable_value(all[0], false)});
  else
    values.insert({usage.place, po::variable_value(all, false)});
  return std::nullopt;
}

}  // namespace

std::optional<std::string> text_of(const po::variables_map& values, const char* name) {
  return values.count(name) ? std::optional(values[name].as<std::string>()) : std::nullopt;
}

Texts texts_of(const po::variables_map& values, const char* name) {
  return values.count(name) ? values[name].as<Texts>() : Texts{};
}

Texts listed(const po::variables_map& values, const char* name) {
  Texts all;
  for (const auto& text : texts_of(values, name)) {
    std::stringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
      part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
      part.erase(part.find_last_not_of(' ') + 1);
      if (!part.empty()) all.push_back(part);
    }
  }
  return all;
}

Expected<int> whole(const po::variables_map& values, const char* name, int least, int most) {
  const auto text = values[name].as<std::string>();
  const auto number = parse_number<std::int64_t>(text);
  if (!number || *number < least || *number > most)
    return error(fmt::format("--{} {}: not a whole number from {} to {}", name, text, least, most));
  return static_cast<int>(*number);
}

Expected<double> real(const po::variables_map& values, const char* name, double least,
                      double most) {
  const auto text = values[name].as<std::string>();
  const auto number = parse_number<double>(text);
  if (!number || !(*number >= least && *number <= most))
    return error(fmt::format("--{} {}: not a number from {:g} to {:g}", name, text, least, most));
  return *number;
}

void note(const std::string& message) {
  fmt::print(stderr, "{}",
             report::folded("convgauge: " + report::for_terminal(message) + "\n",
                            columns_of(STDERR_FILENO).value_or(report::kAnyWidth)));
}

int usage_error(const std::string& message) {
  note(message);
  return kUsage;
}

Parsed parse(const Usage& usage, const Arguments& arguments) {
  Parsed parsed;
  for (const auto& argument : arguments)
    if (argument == "--help" || argument == "-h") {
      fmt::print("{}", help_text(usage, help_width()));
      parsed.exit = kGood;
      return parsed;
    }
  po::options_description all;
  for (const auto* option : options_of(usage)) declare(*option, all);
  all.add_options()(kArguments, po::value<Texts>());
  po::positional_options_description places;
  places.add(kArguments, -1);
  try {
    po::store(po::command_line_parser(with_negative_values(usage, arguments))
                  .options(all)
                  .positional(places)
                  .run(),
              parsed.values);
    po::notify(parsed.values);
  } catch (const po::error& e) {
    parsed.exit = usage_error(syntax_text(usage, e));
    return parsed;
  }
  if (const auto flaw = settle_arguments(usage, parsed.values))
    parsed.exit = usage_error(*flaw);
  else if (const auto name = empty_option(usage, parsed.values))
    parsed.exit = usage_error(fmt::format("{}: --{}: its value is empty", usage.verb, *name));
  else if (const auto word = unknown_word(usage, parsed.values))
    parsed.exit = usage_error(fmt::format("{}: {}", usage.verb, *word));
  return parsed;
}

OptionGroup problem_group() {
  return {"Problems",
          {{.name = "problem",
            .value = "FILE",
            .help = "one problem as JSON, in keys of torch.nn.Conv2d, in place of the argument",
            .offer = Offer::file},
           {.name = "filter",
            .value = "REGEX",
            .help = "only problems whose SUITE.NAME or one-line form matches (syntax of RE2)"}}};
}

OptionGroup backend_group() {
  std::vector<Option> options{
      {.name = "backend",
       .letter = 'b',
       .value = "BACKEND",
       .help = "backends by name or label; 'reference' is the reference itself",
       .usual = "all that are here",
       .offer = Offer::backends,
       .list = true},
      {.name = "backends",
       .value = "BACKEND",
       .help = "the same",
       .offer = Offer::backends,
       .list = true},
      {.name = "plugin",
       .value = "[LABEL=]FILE",
       .help = "a plugin file; with labels, several files of one backend",
       .offer = Offer::file,
       .repeated = true},
      {.name = "algorithm",
       .value = "NAME",
       .help = "a name of `convgauge list algorithms PROBLEM`, default or all",
       .usual = "default"},
      {.name = "device", .value = "DEVICE", .help = "cpu:0, gpu:1 ... of `convgauge list devices`"},
      {.name = "option",
       .value = "KEY=VALUE",
       .help = "an option of the backend (`convgauge list` tells them)",
       .repeated = true},
      library_path_option(),
      tolerate_option()};
  return {"Backends", std::move(options)};
}

OptionGroup settings_group() {
  OptionGroup group{"Settings of a case; a list makes a case of each value", {}};
  DeclareOptions declare(group.options);
  Settings settings;
  settings.threads.clear();  // not the same on every machine
  describe_axes(
      [&](const Key& key, const auto& value) {
        if (!key.is_measuring) declare(key, value);
      },
      axes(std::as_const(settings)));
  return group;
}

OptionGroup verifying_group() {
  OptionGroup group{"Verifying", {}};
  DeclareOptions declare(group.options);
  const Settings settings;
  describe(declare, settings.verify);
  group.options.push_back(
      {.name = "placement",
       .value = "PLACE",
       .help = "at which end of a buffer its guard pages lie",
       .usual = "end,start",
       .words = {Words<Placement>::words.begin(), Words<Placement>::words.end()},
       .list = true});
  return group;
}

OptionGroup timing_group() {
  OptionGroup group{"Timing", {}};
  DeclareOptions declare(group.options);
  const Settings settings;
  describe(declare, MeasureSection<const Settings>{settings});
  return group;
}

OptionGroup debugger_group() {
  return {
      "For a debugger",
      {{.name = "in-process", .help = "the plugin runs in this process, and nothing is contained"},
       trust_option()}};
}

OptionGroup shrinking_group() {
  return {"Failures",
          {{.name = "shrink-budget",
            .value = "SECONDS",
            .help = "for making each failing case as small as it fails",
            .usual = "5"},
           {.name = "no-shrink", .help = "leave failing cases as they are"}}};
}

std::vector<OptionGroup> selection_groups() {
  return {problem_group(), backend_group(), settings_group(), verifying_group(), debugger_group()};
}

Option library_path_option() {
  return {.name = "library-path",
          .value = "DIR",
          .help = "a folder put first in the worker's LD_LIBRARY_PATH",
          .offer = Offer::folder};
}

Option tolerate_option() {
  return {.name = "tolerate",
          .value = "RULE",
          .help = "rules that a library below the plugin may break",
          .words = {Words<Tolerable>::words.begin(), Words<Tolerable>::words.end()},
          .list = true};
}

Option trust_option() {
  return {.name = "trust", .help = "workers may write files and reach other processes"};
}

Option format_option(report::Subject subject) {
  return {.name = "format",
          .letter = 'f',
          .value = "FORMAT",
          .help = "of the report",
          .usual = "by the file's name",
          .words = report::format_names(subject)};
}

Option output_option(const char* help) {
  return {.name = "output", .letter = 'o', .value = "FILE", .help = help, .offer = Offer::file};
}

Option colour_option() {
  return {.name = "color",
          .value = "WHEN",
          .help = "colour, by itself on a terminal unless NO_COLOR is set or TERM is dumb",
          .initial = "auto",
          .words = {"auto", "always", "never"}};
}

}  // namespace convgauge::cli
