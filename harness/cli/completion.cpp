// `convgauge completion`: scripts for a shell; and what they call, `convgauge complete WORD...`,
// which answers with what may stand in the place of the last word.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/help.hpp"
#include "cli/plugin_options.hpp"
#include "cli/selection.hpp"
#include "run/catalog.hpp"

namespace convgauge::cli {
namespace {

// Each script hands over the words up to the cursor, the last of which may be empty, and reads a
// candidate from each line: the word, a tab, what it is. The lines ":files" and ":folders" stand
// for what the shell finds itself.
constexpr const char* kBash = R"sh(# bash completion of convgauge; in ~/.bashrc:
#   source <(convgauge completion bash)
_convgauge() {
  local typed=${COMP_LINE:0:COMP_POINT} words reply
  read -ra words <<<"$typed"
  [[ $typed == *[[:space:]] ]] && words+=('')
  local last=${words[-1]} kept=''
  # bash completes what follows the last '=' or ':' of a word.
  [[ $last == *[=:]* ]] && kept=${last%"${last##*[=:]}"}
  COMPREPLY=()
  while IFS= read -r reply; do
    reply=${reply%%$'\t'*}
    case $reply in
      :files) compopt -o filenames; mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "${last#"$kept"}") ;;
      :folders) compopt -o filenames; mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "${last#"$kept"}") ;;
      *) COMPREPLY+=("${reply#"$kept"}") ;;
    esac
  done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _convgauge convgauge
)sh";
constexpr const char* kZsh = R"sh(#compdef convgauge
# zsh completion of convgauge: as _convgauge in a folder of $fpath, or in ~/.zshrc:
#   source <(convgauge completion zsh)
_convgauge() {
  local reply
  local -a names shown
  for reply in ${(f)"$("${(Q)words[1]}" complete -- "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)"}; do
    case $reply in
      :files) compset -P '*[=,]'; _files ;;
      :folders) compset -P '*[=,]'; _files -/ ;;
      *) names+=("${reply%%$'\t'*}"); shown+=("${reply/$'\t'/  }") ;;
    esac
  done
  (( $#names )) && compadd -l -d shown -- "${names[@]}"
}
if [[ $funcstack[1] == _convgauge ]]; then _convgauge; else compdef _convgauge convgauge; fi
)sh";
constexpr const char* kFish =
    R"sh(# fish completion of convgauge; in a file of ~/.config/fish/completions, or:
#   convgauge completion fish | source
function __convgauge_complete
  set -l words (commandline -opc)
  set -l last (commandline -ct)
  for reply in ($words[1] complete -- $words[2..-1] "$last" 2>/dev/null)
    switch $reply
      case ':files'
        __fish_complete_path $last
      case ':folders'
        __fish_complete_directories $last
      case '*'
        echo $reply
    end
  end
end
complete -c convgauge -f -a '(__convgauge_complete)'
)sh";

struct Shell {
  const char *name, *script;
};
constexpr std::array kShells{Shell{"bash", kBash}, Shell{"zsh", kZsh}, Shell{"fish", kFish}};

Texts shell_names() {
  Texts names;
  for (const auto& shell : kShells) names.emplace_back(shell.name);
  return names;
}

struct Candidate {
  std::string word, help;
};
struct Candidates {
  std::vector<Candidate> words;
  bool files = false, folders = false;
};

/// Backends by the names of their files, and the labels of this command line: nothing is loaded.
std::vector<Candidate> backend_candidates(const Arguments& words) {
  std::vector<Candidate> all{{"reference", "the reference itself"}};
  for (const auto& word : words)
    if (const auto equals = word.find('=');
        equals != std::string::npos && !word.starts_with("-") && word.find('/') > equals)
      all.push_back({word.substr(0, equals), "a label of --plugin"});
  constexpr std::string_view kStart = "libconvgauge_";
  for (const auto& folder : default_search_path({}).folders) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
      const auto name = entry.path().stem().string();
      if (entry.path().extension() == ".so" && name.starts_with(kStart))
        all.push_back({name.substr(kStart.size()), ""});
    }
  }
  return all;
}

void offer(Offer what, const Arguments& words, Candidates& to) {
  switch (what) {
    case Offer::nothing:
      return;
    case Offer::file:
      to.files = true;
      return;
    case Offer::folder:
      to.folders = true;
      return;
    case Offer::backends:
      for (auto& candidate : backend_candidates(words)) to.words.push_back(std::move(candidate));
      return;
    case Offer::target:
      for (auto& name : suite_names()) to.words.push_back({std::move(name), "a suite"});
      to.files = true;
      return;
    case Offer::verbs:
      for (const auto& verb : verbs()) to.words.push_back({verb.name, verb.usage().summary});
      return;
  }
}

/// For the value of an option of which `typed` is there; `before` precedes it in its word
/// ("--dtype=").
Candidates for_value(const Option& option, const std::string& before, const std::string& typed,
                     const Arguments& words) {
  Candidates all;
  for (const auto& word : option.words) all.words.push_back({word, ""});
  offer(option.offer, words, all);
  const auto comma = option.list ? typed.rfind(',') : std::string::npos;
  const auto kept = before + (comma == std::string::npos ? "" : typed.substr(0, comma + 1));
  for (auto& candidate : all.words) candidate.word = kept + candidate.word;
  return all;
}

/// "--threads", "-t"; null where the word is no option of the verb.
const Option* option_of(const Usage& usage, const std::string& word) {
  for (const auto& group : usage.groups)
    for (const auto& option : group.options)
      if (word == "--" + option.name || (option.letter && word == std::string("-") + option.letter))
        return &option;
  return nullptr;
}

/// The options that may still be given.
Candidates for_option(const Usage& usage, const Arguments& words) {
  Candidates all;
  for (const auto& group : usage.groups)
    for (const auto& option : group.options) {
      const auto name = "--" + option.name;
      const bool given = std::any_of(words.begin(), words.end() - 1, [&](const std::string& word) {
        return word == name || word.starts_with(name + "=");
      });
      if (!given || option.list || option.repeated) all.words.push_back({name, option.help});
    }
  all.words.push_back({"--help", "this verb's options"});
  return all;
}

/// `words`: those behind "convgauge", the last one incomplete.
Candidates candidates(const Arguments& words) {
  Candidates all;
  if (words.size() < 2) {
    offer(Offer::verbs, words, all);
    return all;
  }
  const auto* verb = find_verb(words[0]);
  if (!verb) return all;
  const auto usage = verb->usage();
  const auto& last = words.back();
  if (const auto equals = last.find('='); last.starts_with("--") && equals != std::string::npos) {
    const auto* option = option_of(usage, last.substr(0, equals));
    return option ? for_value(*option, last.substr(0, equals + 1), last.substr(equals + 1), words)
                  : all;
  }
  if (const auto* option = option_of(usage, words[words.size() - 2]);
      option && !option->value.empty() && option->bare.empty())
    return for_value(*option, "", last, words);
  if (last.starts_with("-")) return for_option(usage, words);
  for (const auto& word : usage.words)
    if (words.size() == 2) all.words.push_back({word, ""});
  if (usage.words.empty() || words.size() > 2) offer(usage.offer, words, all);
  return all;
}

}  // namespace

Usage completion_usage() {
  return {.verb = "completion",
          .summary = "a script that makes Tab complete verbs, options, backends and suites",
          .arguments = "bash|zsh|fish",
          .example = "source <(convgauge completion bash)",
          .place = "shell",
          .words = shell_names(),
          .exits = {kUsage, kGood}};
}

int completion(const Arguments& arguments) {
  const auto parsed = parse(completion_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto name = text_of(parsed.values, "shell");
  if (!name) return usage_error("completion: a shell is needed: bash, zsh or fish");
  for (const auto& shell : kShells)
    if (*name == shell.name) return fmt::print("{}", shell.script), kGood;
  return usage_error(fmt::format("completion: '{}': not bash, zsh or fish", *name));
}

int complete(const Arguments& arguments) {
  if (arguments.empty() || arguments[0] != "--")
    return usage_error("the verb complete is called by the scripts of `convgauge completion`");
  Arguments words(arguments.begin() + 1, arguments.end());
  if (words.empty()) words.emplace_back();
  const auto found = candidates(words);
  for (const auto& [word, help] : found.words)
    if (word.starts_with(words.back()))
      fmt::print("{}{}{}\n", word, help.empty() ? "" : "\t", help);
  if (found.files || found.folders) fmt::print("{}\n", found.files ? ":files" : ":folders");
  return kGood;
}

}  // namespace convgauge::cli
