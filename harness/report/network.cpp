#include "report/network.hpp"

#include <algorithm>
#include <map>

#include "core/layers.hpp"

namespace convgauge::report {
namespace {

/// Calls walk with a member of each of the arguments for every setting that a problem may have of
/// its own.
template <class Walk, class... S>
void for_each_own(Walk walk, S&... s) {
  walk(s.dtype...);
  walk(s.layout...);
  walk(s.direction...);
}

/// The settings of the case, with those of the network where it may differ from them.
CaseSettings fitted(const CaseRecord& record, const CaseSettings& network) {
  auto settings = record.settings;
  if (!on_cpu(record)) settings.threads = network.threads;
  for_each_own(
      [](const auto& own, auto& mine, const auto& common) {
        if (own) mine = common;
      },
      record.problem.own, settings, network);
  return settings;
}

/// A network and the settings that are still open, since all cases so far have them of their own.
struct Growing {
  Network network;
  OwnSettings open;

  /// Takes the case where it fits; its settings then are those of the network where these are open.
  bool take(const NetworkCase& c) {
    if (c.key != network.key) return false;
    auto settings = network.settings;
    auto still_open = open;
    for_each_own(
        [](const auto& own, auto& mine, const auto& of_case, auto& is_open) {
          if (own || !is_open) return;
          mine = of_case;
          is_open.reset();
        },
        c.record->problem.own, settings, c.record->settings, still_open);
    if (fitted(*c.record, settings) != settings) return false;
    network.settings = settings;
    open = still_open;
    return true;
  }
};

/// The settings of the network; one that varies among its cases with all its values.
std::string text_of(const Network& network, const std::vector<NetworkCase>& cases) {
  std::map<std::string_view, std::vector<std::string>> others;
  for (const auto& c : cases) {
    if (c.record->problem.own == OwnSettings{} || !belongs(c, network)) continue;
    for (auto& own : own_texts(c.record->problem.own)) {
      auto& list = others[own.key.name];
      if (std::find(list.begin(), list.end(), own.phrase) == list.end())
        list.push_back(std::move(own.phrase));
    }
  }
  std::string text;
  for (const auto& part : title_parts(network.settings)) {
    text += (text.empty() ? "" : " · ") + part.phrase;
    for (const auto& other : others[part.key.name])
      if (other != part.phrase) text += "/" + other;
  }
  return text;
}

}  // namespace

bool belongs(const NetworkCase& c, const Network& network) {
  return c.key == network.key && fitted(*c.record, network.settings) == network.settings;
}

std::vector<Network> networks_of(const std::vector<NetworkCase>& cases) {
  auto sorted = cases;
  std::stable_sort(sorted.begin(), sorted.end(), [](const NetworkCase& a, const NetworkCase& b) {
    const auto rank = [](const CaseRecord& r) {
      return std::pair(!on_cpu(r), own_texts(r.problem.own).size());
    };
    return rank(*a.record) < rank(*b.record);
  });
  std::vector<Growing> all;
  for (const auto& c : sorted) {
    bool taken = false;
    for (auto& growing : all) taken = growing.take(c) || taken;
    if (!taken) all.push_back({{c.key, c.record->settings, {}}, c.record->problem.own});
  }
  std::vector<Network> networks;
  for (auto& growing : all) {
    growing.network.text = text_of(growing.network, cases);
    networks.push_back(std::move(growing.network));
  }
  return networks;
}

}  // namespace convgauge::report
