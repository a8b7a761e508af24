// What differs in how two sides were made. Reports show it before any number.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "core/layers.hpp"
#include "report/compare/comparison.hpp"

namespace convgauge::report {
namespace {

using Ask = std::function<std::string(const HeaderRecord&)>;

/// The different answers of the runs of a side: "GNU 12.2.0", or "GNU 12.2.0 and GNU 13.1.0".
std::string answers(const Side& side, const Ask& ask) {
  std::vector<std::string> list;
  for (const auto* run : side.runs) {
    auto answer = ask(run->header);
    if (answer.empty()) answer = "(not recorded)";
    if (std::find(list.begin(), list.end(), answer) == list.end()) list.push_back(answer);
  }
  std::string text;
  for (const auto& answer : list) text += (text.empty() ? "" : " and ") + answer;
  return text;
}

const PluginRecord* plugin(const HeaderRecord& header, const std::string& label) {
  const auto it = std::find_if(header.plugins.begin(), header.plugins.end(),
                               [&](const PluginRecord& p) { return p.label == label; });
  return it == header.plugins.end() ? nullptr : &*it;
}

std::vector<std::string> labels(const Side& side) {
  std::vector<std::string> list;
  for (const auto* run : side.runs)
    for (const auto& p : run->header.plugins)
      if (std::find(list.begin(), list.end(), p.label) == list.end()) list.push_back(p.label);
  return list;
}

/// The options with which the cases of a label were run; where they differ, all of them, joined by
/// "and".
std::string options_text(const Side& side, const std::string& label) {
  std::vector<std::string> list;
  for (const auto* run : side.runs)
    for (const auto& r : run->cases) {
      if (r.label != label && !r.label.starts_with(label + ":")) continue;
      std::string text;
      for (const auto& [key, value] : r.options)
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value);
      if (text.empty()) text = "none";
      if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
    }
  std::string all;
  for (const auto& text : list) all += (all.empty() ? "" : " and ") + text;
  return all;
}

class Differences {
 public:
  Differences(const Side& baseline, const Side& candidate)
      : baseline_(baseline), candidate_(candidate) {}

  void ask(const std::string& what, const Ask& question) {
    note(what, answers(baseline_, question), answers(candidate_, question));
  }

  void note(const std::string& what, const std::string& then, const std::string& now,
            const std::string& label = {}) {
    if (then != now) list_.push_back({what, then, now, label});
  }

  void ask_plugin(const std::string& with, const std::string& of) {
    const auto what = with == of ? " of " + of : fmt::format(" of {} and {}", with, of);
    const auto both = [&](const char* name, std::string PluginRecord::*field) {
      const auto of_side = [&](const Side& side, const std::string& label) {
        return answers(side, [&](const HeaderRecord& h) {
          const auto* p = plugin(h, label);
          return p ? p->*field : std::string("(none)");
        });
      };
      note(name + what, of_side(baseline_, with), of_side(candidate_, of), of);
    };
    both("version", &PluginRecord::version);
    both("plugin hash", &PluginRecord::hash);
    both("device", &PluginRecord::device);
    both("library", &PluginRecord::library_path);
    note("options" + what, options_text(baseline_, with), options_text(candidate_, of), of);
  }

  /// Libraries of each pair of labels; one that differs in the same way for all is named once.
  void ask_libraries(const std::vector<std::pair<std::string, std::string>>& pairs) {
    const auto then = libraries_of(baseline_), now = libraries_of(candidate_);
    struct Found {
      LibraryChange change;
      std::vector<std::string> labels;
    };
    std::vector<Found> all;
    for (const auto& [with, of] : pairs) {
      const auto a = then.find(with), b = now.find(of);
      if (a == then.end() || b == now.end()) continue;
      for (const auto& change : library_changes(a->second, b->second)) {
        auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Found& f) { return f.change == change; });
        if (found == all.end()) found = all.insert(all.end(), {change, {}});
        found->labels.push_back(of);
      }
    }
    for (const auto& [change, of] : all) {
      if (of.size() > 1 && of.size() == pairs.size())
        note(change.name, change.then, change.now);
      else
        for (const auto& label : of)
          note(fmt::format("{} of {}", change.name, label), change.then, change.now, label);
    }
  }

  std::vector<Difference> take() { return std::move(list_); }

 private:
  static LibrariesByLabel libraries_of(const Side& side) {
    LibrariesByLabel all;
    for (const auto* run : side.runs)
      for (const auto& [label, libraries] : loaded_libraries(*run))
        add_libraries(all[label], libraries);
    return all;
  }

  const Side &baseline_, &candidate_;
  std::vector<Difference> list_;
};

void ask_machine(Differences& d) {
  d.ask("processor", [](const HeaderRecord& h) { return h.machine.processor; });
  d.ask("cores", [](const HeaderRecord& h) {
    return fmt::format("{} ({} physical)", h.machine.cores, h.machine.physical_cores);
  });
  d.ask("instruction sets", [](const HeaderRecord& h) { return h.machine.instruction_sets; });
  d.ask("system", [](const HeaderRecord& h) { return h.machine.system; });
  d.ask("host", [](const HeaderRecord& h) { return h.machine.hostname_hash; });
}

void ask_program(Differences& d) {
  d.ask("convgauge", [](const HeaderRecord& h) { return h.convgauge_version; });
  d.ask("revision", [](const HeaderRecord& h) { return h.git_revision; });
  d.ask("compiler", [](const HeaderRecord& h) { return h.compiler; });
  d.ask("config", [](const HeaderRecord& h) { return h.config_digest; });
  d.ask("rounds", [](const HeaderRecord& h) { return fmt::format("{}", h.rounds); });
  d.ask("seed", [](const HeaderRecord& h) { return fmt::format("{}", h.seed); });
}

}  // namespace

std::vector<Difference> differences(const Side& baseline, const Side& candidate,
                                    const CompareOptions& options) {
  Differences d(baseline, candidate);
  std::vector<std::pair<std::string, std::string>> pairs;
  if (options.of && options.with) {
    pairs.emplace_back(*options.with, *options.of);
  } else {
    const auto now = labels(candidate);
    for (const auto& label : labels(baseline))
      if (std::find(now.begin(), now.end(), label) != now.end()) pairs.emplace_back(label, label);
  }
  ask_machine(d);
  for (const auto& [with, of] : pairs) d.ask_plugin(with, of);
  d.ask_libraries(pairs);
  ask_program(d);
  return d.take();
}

}  // namespace convgauge::report
