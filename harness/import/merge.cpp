#include "import/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::import {
namespace {

constexpr std::size_t kMostNames = 100;  // of one problem that are kept

/// Names are shown in tables: without control characters and without spaces at their ends.
std::string clean(std::string name) {
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  const auto first = name.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : name.substr(first, name.find_last_not_of(' ') - first + 1);
}

std::string words(const std::vector<SettingText>& settings) {
  std::string text;
  for (const auto& setting : settings) text += " " + setting.value;
  return text;
}

/// What all problems have of their own becomes a setting of the suite.
template <class T>
void share(Suite& suite, std::optional<T> OwnSettings::*own, std::vector<T>& setting) {
  const auto first = suite.problems.front().own.*own;
  for (const auto& problem : suite.problems)
    if (!first || problem.own.*own != first) return;
  setting = {*first};
  for (auto& problem : suite.problems) (problem.own.*own).reset();
}

/// The name, or the problem's text; with its own settings or a number where that is taken.
std::string free_name(const Problem& problem, const std::set<std::string>& taken) {
  auto name = problem.name;
  if (name.empty()) name = short_text(problem.geometry) + words(own_texts(problem.own));
  if (!taken.contains(name)) return name;
  if (const auto longer = name + words(own_texts(problem.own)); !taken.contains(longer))
    return longer;
  for (int i = 2;; ++i)
    if (const auto numbered = fmt::format("{} #{}", name, i); !taken.contains(numbered))
      return numbered;
}

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "also " : ", ") + name;
  return text;
}

}  // namespace

void Tally::add(const std::string& what, const std::string& why, std::int64_t count) {
  const auto [place, fresh] = places_.try_emplace({what, why}, list_.size());
  if (fresh)
    list_.push_back({what, why, count});
  else
    list_[place->second].count += count;
}

void Merge::add(Problem layer) {
  layer.name = clean(std::move(layer.name));
  if (batch_) layer.geometry.batch = *batch_;
  const auto [place, fresh] = places_.try_emplace(
      {full_text(layer.geometry), words(own_texts(layer.own))}, problems_.size());
  if (fresh) {
    problems_.push_back(std::move(layer));
    names_.emplace_back();
    return;
  }
  auto& problem = problems_[place->second];
  if (__builtin_add_overflow(problem.count, layer.count, &problem.count))
    problem.count = std::numeric_limits<std::int64_t>::max();
  auto& names = names_[place->second];
  if (problem.name.empty())
    problem.name = std::move(layer.name);
  else if (!layer.name.empty() && layer.name != problem.name && names.size() < kMostNames &&
           std::find(names.begin(), names.end(), layer.name) == names.end())
    names.push_back(std::move(layer.name));
}

std::string Merge::skipped_text() const {
  std::string text;
  for (const auto& s : skipped_.list())
    text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", s.count, s.what, s.why);
  return text;
}

Imported Merge::finish(std::string name, std::string source) {
  Imported done;
  done.suite.name = std::move(name);
  done.suite.problems = std::move(problems_);
  done.notes.source = std::move(source);
  done.skipped = skipped_.list();
  done.changed = changed_.list();
  auto& suite = done.suite;
  if (!suite.problems.empty()) {
    share(suite, &OwnSettings::dtype, suite.settings.dtype);
    share(suite, &OwnSettings::layout, suite.settings.layout);
    share(suite, &OwnSettings::direction, suite.settings.direction);
  }
  std::set<std::string> taken;
  for (auto& problem : suite.problems) {
    problem.suite = suite.name;
    problem.name = free_name(problem, taken);
    taken.insert(problem.name);
    done.layers += problem.count;
  }
  for (const auto& names : names_) done.notes.problems.push_back(names_text(names));
  return done;
}

}  // namespace convgauge::import
