#include "cli/help.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/terminal.hpp"
#include "config/nearest.hpp"
#include "core/text.hpp"
#include "report/text_width.hpp"
#include "run/version.hpp"

namespace convgauge::cli {
namespace {

struct ExitMeaning {
  ExitCode code;
  const char* meaning;
};
/// In the order in which they win where several apply.
constexpr std::array kExitMeanings{
    ExitMeaning{kUsage,
                "usage or configuration; a plugin that cannot be loaded; an output that "
                "cannot be written"},
    ExitMeaning{kCrashed, "a plugin crashed, hung, or touched memory that is not its own"},
    ExitMeaning{kWrong, "a wrong or failed result; a known failure that no longer fails"},
    ExitMeaning{kMachine, "the machine denied what a case needs: it was not run"},
    ExitMeaning{kSlower, "a confirmed slowdown"},
    ExitMeaning{kNothingRan, "nothing ran: no backend, or all refused"},
    ExitMeaning{kUndecided,
                "the machine did not let a case run, or its time cannot be true; with "
                "--strict also: a measurement is inconclusive, or a gate undecided"},
    ExitMeaning{kGood, "good"},
    ExitMeaning{kInterrupted, "interrupted; what is finished is kept"},
    ExitMeaning{kOurBug, "a bug of convgauge itself"},
};

struct Variable {
  const char *name, *meaning;
};
constexpr std::array kVariables{
    Variable{"CONVGAUGE_PLUGIN_PATH", "folders of plugins, between colons, searched first"},
    Variable{"COLUMNS", "the width that texts and tables are to have"},
    Variable{"NO_COLOR", "where it is set to anything, nothing is coloured (see --color)"},
    Variable{"XDG_CACHE_HOME", "where references are kept from run to run"},
};

bool has(const Usage& usage, ExitCode code) {
  return std::find(usage.exits.begin(), usage.exits.end(), code) != usage.exits.end();
}

/// "-b, --backend BACKEND,..."
std::string option_head(const Option& option) {
  auto head = option.letter ? fmt::format("-{}, --{}", option.letter, option.name)
                            : fmt::format("    --{}", option.name);
  if (option.value.empty()) return head;
  return head +
         (option.bare.empty() ? " " + shown_value(option) : "[=" + shown_value(option) + "]");
}

/// "element type of tensors: f32, f64, f16 or bf16 (default f32)"
std::string option_text(const Option& option) {
  const std::vector<std::string_view> words(option.words.begin(), option.words.end());
  auto text = option.help;
  if (words.size() > 1 && option.value != "BOOL") text += ": " + enumerated(words, "or");
  if (option.repeated) text += "; may be repeated";
  const auto& usual = option.initial.empty() ? option.usual : option.initial;
  return usual.empty() ? text : fmt::format("{} (default: {})", text, usual);
}

std::string exit_codes_text(const Usage* usage, int width) {
  std::string text = "Exit codes:\n";
  for (const auto& row : kExitMeanings)
    if (!usage || has(*usage, row.code))
      text += beside(fmt::format("  {:>3}", static_cast<int>(row.code)), row.meaning, 8, width);
  return text;
}

/// A text as roff: what it would take for a command is escaped.
std::string roff(std::string_view text) {
  std::string all;
  if (text.starts_with('.') || text.starts_with('\'')) all += "\\&";
  for (const char c : text) {
    if (c == '\\')
      all += "\\e";
    else if (c == '-')
      all += "\\-";
    else
      all += c;
  }
  return all;
}

std::string roff_entry(const std::string& head, const std::string& text) {
  return fmt::format(".TP\n.B {}\n{}\n", roff(head), roff(text));
}

std::string roff_of(const Usage& usage) {
  auto text = fmt::format(".SS convgauge {} {}\n{}.\n", roff(usage.verb), roff(usage.arguments),
                          roff(usage.summary));
  for (const auto& group : usage.groups) {
    text += fmt::format(".PP\n.I {}\n", roff(group.title));
    for (const auto& option : group.options) {
      const auto head = option_head(option);
      text += roff_entry(head.substr(head.find_first_not_of(' ')), option_text(option));
    }
  }
  return text + fmt::format(".PP\nExample:\n.PP\n.nf\n.RS\n{}\n.RE\n.fi\n", roff(usage.example));
}

}  // namespace

int help_width() {
  constexpr int kWidest = 100;  // longer lines are hard to read
  return std::min(kWidest, columns_of(STDOUT_FILENO).value_or(kWidest));
}

std::string shown_value(const Option& option) {
  return option.value + (option.list ? ",..." : "");
}

std::string help_text(const Usage& usage, int width) {
  constexpr int kColumn = 30;
  const int column = std::min(kColumn, width / 3);
  auto text = report::folded(fmt::format("convgauge {} {}{}\n", usage.verb, usage.arguments,
                                         usage.groups.empty()      ? ""
                                         : usage.arguments.empty() ? "[options]"
                                                                   : " [options]"),
                             width);
  text += report::indented(report::wrapped(usage.summary, width - 2), 2);
  for (const auto& group : usage.groups) {
    text += "\n" + report::wrapped(group.title + ":", width);
    for (const auto& option : group.options)
      text += beside("  " + option_head(option), option_text(option), column, width);
  }
  return text + "\n" + exit_codes_text(&usage, width) + "\nExample:\n" +
         report::folded_command("  ", usage.example, width);
}

std::string overview(int width) {
  auto text = report::wrapped(
      fmt::format("convgauge {}: verifies and measures implementations of torch.nn.Conv2d",
                  kVersion),
      width);
  std::string_view group;
  for (const auto& verb : verbs()) {
    if (group != verb.group) text += fmt::format("\n{}:\n", group = verb.group);
    text += beside(fmt::format("  convgauge {}", verb.name), verb.usage().summary, 26, width);
  }
  text += "\n" + exit_codes_text(nullptr, width) + "\n";
  return text +
         report::wrapped(
             "`convgauge help VERB`, or `convgauge VERB --help`, shows a verb's options with their "
             "defaults and an example; `convgauge completion bash` makes Tab complete them.",
             width);
}

std::string man_page() {
  auto text = fmt::format(
      ".TH CONVGAUGE 1 \"\" \"convgauge {}\" \"User Commands\"\n.SH NAME\nconvgauge \\- verifies "
      "and measures implementations of torch.nn.Conv2d\n.SH SYNOPSIS\n.B convgauge\n.I VERB\n"
      "[arguments] [options]\n.SH DESCRIPTION\nconvgauge loads implementations of a convolution "
      "(backends) as shared libraries, runs each in a\nprocess of its own, holds its outputs "
      "against a reference, and times what agrees.\nThe pages below share/doc/convgauge say more.\n"
      ".SH COMMANDS\n",
      kVersion);
  for (const auto& verb : verbs()) text += roff_of(verb.usage());
  text += ".SH EXIT STATUS\nWhere several apply, the first of this list is the one.\n";
  for (const auto& row : kExitMeanings)
    text += roff_entry(fmt::format("{}", static_cast<int>(row.code)), row.meaning);
  text += ".SH ENVIRONMENT\n";
  for (const auto& variable : kVariables) text += roff_entry(variable.name, variable.meaning);
  return text;
}

Usage help_usage() {
  Usage usage{.verb = "help",
              .summary = "the verbs, or all about one of them",
              .arguments = "[VERB]",
              .example = "convgauge help sweep",
              .place = "verb",
              .offer = Offer::verbs,
              .exits = {kUsage, kGood}};
  usage.groups = {{"Output", {{.name = "man", .help = "the man page, for groff or mandoc"}}}};
  return usage;
}

int help(const Arguments& arguments) {
  const auto usage = help_usage();
  const auto parsed = parse(usage, arguments);
  if (parsed.exit) return *parsed.exit;
  if (parsed.values.count("man")) return fmt::print("{}", man_page()), kGood;
  const auto name = text_of(parsed.values, "verb");
  if (!name) return fmt::print("{}", overview(help_width())), kGood;
  if (const auto* verb = find_verb(*name))
    return fmt::print("{}", help_text(verb->usage(), help_width())), kGood;
  return unknown_verb("help", *name);
}

int unknown_verb(const std::string& who, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& verb : verbs()) names.emplace_back(verb.name);
  return usage_error(fmt::format("{}unknown verb '{}'{}", who.empty() ? "" : who + ": ", name,
                                 config::suggestion(name, names)));
}

}  // namespace convgauge::cli
