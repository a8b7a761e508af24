#include "record/run_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/layers.hpp"
#include "core/text.hpp"

namespace convgauge::record {
namespace {

/// Something that is not the same in two parts.
struct PartDifference {
  PartRule rule;
  std::string what, first, other;
};

struct Question {
  PartRule rule;
  const char* what;
  std::string (*ask)(const HeaderRecord&);
};

const Question kQuestions[] = {
    {PartRule::configs, "config digest", [](const HeaderRecord& h) { return h.config_digest; }},
    {PartRule::convgauge, "version", [](const HeaderRecord& h) { return h.convgauge_version; }},
    {PartRule::convgauge, "revision", [](const HeaderRecord& h) { return h.git_revision; }},
    {PartRule::convgauge, "compiler", [](const HeaderRecord& h) { return h.compiler; }},
    {PartRule::machines, "processor", [](const HeaderRecord& h) { return h.machine.processor; }},
    {PartRule::machines, "instruction sets",
     [](const HeaderRecord& h) { return h.machine.instruction_sets; }},
    {PartRule::machines, "cores",
     [](const HeaderRecord& h) {
       return fmt::format("{} ({} physical)", h.machine.cores, h.machine.physical_cores);
     }},
    {PartRule::machines, "caches in bytes",
     [](const HeaderRecord& h) {
       return fmt::format("{}, {}, {}", h.machine.l1_bytes, h.machine.l2_bytes, h.machine.l3_bytes);
     }},
    {PartRule::machines, "CPU quota",
     [](const HeaderRecord& h) {
       return h.machine.cpu_quota ? fmt::format("{:g}", *h.machine.cpu_quota) : "none";
     }},
};

struct PluginQuestion {
  const char* what;
  std::string (*ask)(const PluginRecord&);
};

const PluginQuestion kPluginQuestions[] = {
    {"plugin hash", [](const PluginRecord& p) { return p.hash; }},
    {"version", [](const PluginRecord& p) { return p.version; }},
    {"device", [](const PluginRecord& p) { return p.device; }},
    {"library path", [](const PluginRecord& p) { return p.library_path; }},
    {"tolerated rules",
     [](const PluginRecord& p) {
       std::string text;
       for (const auto rule : p.tolerated) text += fmt::format("{} ", word(rule));
       return text;
     }},
};

const PluginRecord* plugin_labelled(const HeaderRecord& header, const std::string& label) {
  const auto found = std::find_if(header.plugins.begin(), header.plugins.end(),
                                  [&](const PluginRecord& p) { return p.label == label; });
  return found == header.plugins.end() ? nullptr : &*found;
}

void add_plugin_differences(const HeaderRecord& a, const HeaderRecord& b,
                            std::vector<PartDifference>& all) {
  for (const auto* side : {&a, &b})
    for (const auto& plugin : side->plugins) {
      const auto *first = plugin_labelled(a, plugin.label),
                 *other = plugin_labelled(b, plugin.label);
      const auto of = fmt::format(" of '{}'", plugin.label);
      if (!first || !other) {
        all.push_back({PartRule::plugins, "backend" + of, first ? "here" : "not here",
                       other ? "here" : "not here"});
      } else if (side == &a) {
        for (const auto& q : kPluginQuestions)
          if (q.ask(*first) != q.ask(*other))
            all.push_back({PartRule::plugins, q.what + of, q.ask(*first), q.ask(*other)});
      }
    }
  auto libraries = loaded_libraries({b, {}});
  for (const auto& [label, loaded] : loaded_libraries({a, {}}))
    for (const auto& change : library_changes(loaded, libraries[label]))
      all.push_back({PartRule::plugins, fmt::format("{} of '{}'", change.name, label), change.then,
                     change.now});
}

std::vector<PartDifference> part_differences(const HeaderRecord& a, const HeaderRecord& b) {
  std::vector<PartDifference> all;
  for (const auto& q : kQuestions)
    if (q.ask(a) != q.ask(b)) all.push_back({q.rule, q.what, q.ask(a), q.ask(b)});
  add_plugin_differences(a, b, all);
  return all;
}

std::string difference_text(const PartDifference& d) {
  return fmt::format("{}: {} → {}", d.what, d.first, d.other);
}

/// The number of shards of a run, 1 where it is whole: --shard 1/1 makes no shard.
int shard_count(const HeaderRecord& h) {
  return std::max(h.shards, 1);
}

std::string shard_text(const HeaderRecord& h) {
  return fmt::format("{}/{}", h.shard + 1, shard_count(h));
}

/// The first names of a list, and how many more there are.
class Names {
 public:
  void add(const std::string& name) {
    if (++count_ <= kMost) text_ += (text_.empty() ? "" : ", ") + name;
  }
  bool empty() const { return count_ == 0; }
  std::int64_t count() const { return count_; }
  std::string text() const {
    return count_ > kMost ? fmt::format("{} and {} more", text_, count_ - kMost) : text_;
  }

 private:
  static constexpr std::int64_t kMost = 5;
  std::string text_;
  std::int64_t count_ = 0;
};

/// "problem 7 (resnet50.conv1)", counted from 0.
std::string problem_text(std::int64_t problem, const std::string& name) {
  return name.empty() ? fmt::format("problem {}", problem)
                      : fmt::format("problem {} ({})", problem, name);
}

/// The name of a problem that a shard should have, where its header tells it.
std::string name_in(const HeaderRecord& h, std::int64_t problem) {
  const auto place = static_cast<std::size_t>((problem - h.shard) / shard_count(h));
  return place < h.shard_problems.size() ? h.shard_problems[place] : std::string();
}

Expected<void> check_is_shard(const RunPart& part, const RunPart& first, bool alone) {
  const auto& h = part.header;
  if (h.shards < 2 && !alone)
    return error(fmt::format("{}: is no shard: its run had no --shard", part.folder));
  if (h.shards != first.header.shards || h.problems != first.header.problems)
    return error(fmt::format("{}: is shard {} of {}, and {} is shard {} of {}", part.folder,
                             shard_text(h), counted(h.problems, "problem"), first.folder,
                             shard_text(first.header), counted(first.header.problems, "problem")));
  return {};
}

Expected<void> check_difference(const RunPart& part, const RunPart& first, const Allowed& allowed) {
  for (const auto& d : part_differences(first.header, part.header))
    if (!allowed.contains(d.rule))
      return error(
          fmt::format("{}: was not made as {}: {}; `convgauge merge --allow {}` merges them "
                      "all the same",
                      part.folder, first.folder, difference_text(d), word(d.rule)));
  return {};
}

/// The shard is in two folders. Problems that both have are named.
tl::unexpected<Error> twice(const RunPart& a, const RunPart& b) {
  Names both;
  for (const auto& problem : a.problems) {
    const auto found = std::lower_bound(
        b.problems.begin(), b.problems.end(), problem.problem,
        [](const Attempt& attempt, std::int64_t number) { return attempt.problem < number; });
    if (found != b.problems.end() && found->problem == problem.problem)
      both.add(problem_text(problem.problem, problem.name));
  }
  return error(fmt::format("{} and {} are both shard {}{}", a.folder, b.folder,
                           shard_text(a.header), both.empty() ? "" : ": both have " + both.text()));
}

std::string hole_text(const RunPart& part) {
  const auto& h = part.header;
  Names holes;
  auto next = part.problems.begin();
  for (std::int64_t p = h.shard; p < h.problems; p += shard_count(h)) {
    const auto* found = next != part.problems.end() && next->problem == p ? &*next++ : nullptr;
    if (!found)
      holes.add(problem_text(p, name_in(h, p)));
    else if (!found->whole())
      holes.add(fmt::format("{} ({} of its {})", problem_text(p, found->name), found->lines,
                            counted(found->cases, "case")));
  }
  if (holes.empty()) return {};
  return fmt::format(
      "{} (shard {}) lacks {}; `convgauge sweep CONFIG --shard {} --resume {}` "
      "finishes it",
      part.folder, shard_text(h), holes.text(), shard_text(h), part.folder);
}

Expected<void> check_holes(const std::vector<RunPart>& parts, const std::vector<bool>& there) {
  Names missing;
  for (std::size_t i = 0; i < there.size(); ++i)
    // A shard without problems leaves no hole.
    if (!there[i] && static_cast<std::int64_t>(i) < parts.front().header.problems)
      missing.add(fmt::format("{}/{}", i + 1, there.size()));
  if (!missing.empty())
    return error(
        fmt::format("no folder is shard {}; `convgauge merge --allow holes` merges what is "
                    "there",
                    missing.text()));
  for (const auto& part : parts)
    if (const auto text = hole_text(part); !text.empty()) return error(text);
  return {};
}

std::string machine_key(const HeaderRecord& h) {
  std::string key;
  for (const auto& q : kQuestions)
    if (q.rule == PartRule::machines) key += q.ask(h) + "\n";
  return key;
}

template <class T, class Same>
void add_new(std::vector<T>& to, const std::vector<T>& more, Same same) {
  for (const auto& one : more)
    if (std::none_of(to.begin(), to.end(), [&](const T& known) { return same(known, one); }))
      to.push_back(one);
}

}  // namespace

RunPart part_of(const std::string& folder, const Results& results) {
  Attempts attempts;
  for (const auto& c : results.cases) attempts.add(c.position, {}, 0, problem_name(c.problem));
  return {folder, results.header, that_count(attempts.all())};
}

bool are_shards_of_one(const HeaderRecord& a, const HeaderRecord& b) {
  return a.shards > 1 && a.shards == b.shards && a.problems == b.problems &&
         a.config_digest == b.config_digest;
}

Expected<void> check_parts(const std::vector<RunPart>& parts, const Allowed& allowed) {
  const auto& first = parts.front();
  std::map<int, const RunPart*> shards;
  for (const auto& part : parts) {
    if (auto ok = check_is_shard(part, first, parts.size() == 1); !ok) return ok;
    if (auto ok = check_difference(part, first, allowed); !ok) return ok;
    const auto [known, is_new] = shards.try_emplace(part.header.shard, &part);
    if (!is_new) return twice(*known->second, part);
  }
  std::vector<bool> there(static_cast<std::size_t>(shard_count(first.header)));
  for (const auto& [shard, part] : shards) there[static_cast<std::size_t>(shard)] = true;
  return allowed.contains(PartRule::holes) ? Expected<void>() : check_holes(parts, there);
}

std::vector<std::vector<std::size_t>> by_machine(const std::vector<RunPart>& parts) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(machine_key(parts[i].header), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(i);
  }
  return groups;
}

HeaderRecord merged_header(const std::vector<const RunPart*>& parts) {
  auto h = parts.front()->header;
  h.shard = h.shards = 0;
  h.shard_problems.clear();
  for (const auto* part : parts) {
    const auto& other = part->header;
    h.started = std::min(h.started, other.started);
    h.machine.noise_floor = std::max(h.machine.noise_floor, other.machine.noise_floor);
    add_new(h.plugins, other.plugins, [](auto& a, auto& b) { return a.label == b.label; });
    add_new(h.absent, other.absent, [](auto& a, auto& b) { return a.name == b.name; });
    add_new(h.not_enforced, other.not_enforced, std::equal_to<>());
    add_new(h.libraries, other.libraries, std::equal_to<>());
    auto& merged = h.merged.emplace_back(
        MergedPart{other.shard, part->folder, other.started, other.machine.hostname_hash, {}});
    for (const auto& d : part_differences(parts.front()->header, other))
      merged.differences.push_back(difference_text(d));
  }
  return h;
}

Expected<Results> join_shards(std::vector<Results> shards, const std::vector<std::string>& names) {
  std::vector<RunPart> parts;
  std::vector<const RunPart*> all;
  for (std::size_t i = 0; i < shards.size(); ++i) parts.push_back(part_of(names[i], shards[i]));
  for (const auto& part : parts) all.push_back(&part);
  if (auto ok = check_parts(parts); !ok) return tl::unexpected(ok.error());
  Results whole;
  whole.header = merged_header(all);
  for (auto& shard : shards)
    std::move(shard.cases.begin(), shard.cases.end(), std::back_inserter(whole.cases));
  std::stable_sort(whole.cases.begin(), whole.cases.end(), [](const auto& a, const auto& b) {
    return a.position.problem < b.position.problem;
  });
  return whole;
}

}  // namespace convgauge::record
