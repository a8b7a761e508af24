// Parts of the page's data, shared by the files that make it.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/layers.hpp"
#include "report/crossing.hpp"
#include "report/model.hpp"

namespace convgauge::report {

using PageJson = nlohmann::ordered_json;

/// Rounded to six digits, more than a reader or a pixel can show. Null where there is no finite
/// number.
PageJson brief(double value);
PageJson brief(const std::optional<double>& value);
/// Rounded to four digits, for numbers that a page has by the ten thousand.
PageJson short_number(double value);

/// Texts that repeat (reasons, algorithms), each stored once.
class Strings {
 public:
  std::size_t index(const std::string& text);
  PageJson take() { return std::move(list_); }

 private:
  std::unordered_map<std::string, std::size_t> places_;
  PageJson list_ = PageJson::array();
};

/// What every cell shows, one array per name, row by row.
PageJson cells_json(const Group& group, Strings& strings);
/// Speed-ups of every cell over the columns that a reader may choose as the baseline, by column.
PageJson speedups_json(const Group& group);
/// Lines of the roofline at this group's threads, the highest first: {flops: [{name, value}],
/// bytes: [...]}.
PageJson roofs_json(const Group& group);
/// A decision; columns and rows by their place in the group.
PageJson decision_json(const Group& group);
PageJson crossing_json(const Group& group);
PageJson run_json(const Results& results);

}  // namespace convgauge::report
