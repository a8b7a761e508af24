// Logs of oneDNN. A line is
//   onednn_verbose[,v1][,TIME][,primitive],exec,ENGINE,PRIMITIVE,...,DESCRIPTOR,MILLISECONDS
// whose fields after "exec" have the order that the log's own "template:" line states.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/layers.hpp"
#include "import/descriptor.hpp"
#include "import/formats.hpp"

namespace convgauge::import {
namespace {

using Fields = std::vector<std::string_view>;

/// The markers of all versions; what precedes one in a line is not oneDNN's.
constexpr std::array<std::string_view, 2> kMarkers{"onednn_verbose,", "dnnl_verbose,"};

/// What follows the first marker; empty where there is none.
std::string_view after_marker(std::string_view line) {
  if (line.find("_verbose,") == std::string_view::npos) return {};
  for (const auto marker : kMarkers)
    if (const auto at = line.find(marker); at != std::string_view::npos)
      return line.substr(at + marker.size());
  return {};
}

Fields fields_of(std::string_view text, char separator) {
  Fields fields;
  for (;;) {
    const auto end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

bool is_floating(std::string_view type) {
  return parse_word<Dtype>(std::string(type)).has_value();
}

/// Types of tensors in the field of memory descriptors, old "src_f32::blocked:abcd:f0" or new
/// "src:f32:a:blocked:abcd::f0". Empty where a tensor is not there.
struct Types {
  std::string_view src, wei, bia, dst;
};

Types types_of(std::string_view descriptors) {
  Types types;
  for (auto text : fields_of(descriptors, ' ')) {
    if (text.starts_with("diff_")) text.remove_prefix(5);
    for (const auto& [name, type] : {std::pair("src", &types.src),
                                     {"wei", &types.wei},
                                     {"bia", &types.bia},
                                     {"dst", &types.dst}}) {
      if (!text.starts_with(name) || text.size() < 4 || (text[3] != ':' && text[3] != '_'))
        continue;
      const auto rest = text.substr(4);
      if (!rest.starts_with("fused")) *type = rest.substr(0, rest.find(':'));
    }
  }
  if (types.bia == "undef") types.bia = {};
  return types;
}

class Verbose {
 public:
  Verbose(Lines& lines, Merge& into) : lines_(lines), into_(into) {}

  Expected<std::string> run() {
    while (const auto line = lines_.next()) {
      const auto text = after_marker(line->text);
      if (text.empty()) continue;
      const auto fields = fields_of(text, ',');
      if (auto ok = read(fields, line->ended); !ok) {
        if (line->ended) return fault(lines_, line->number, ok.error().message);
        into_.skip("last line", "it is torn: " + ok.error().message);
      }
    }
    if (into_.empty() && created_ > 0 && executed_ == 0)
      return error(
          fmt::format("{}: primitives were created ({}), but none was executed: a log of "
                      "executions is needed (ONEDNN_VERBOSE=1)",
                      lines_.name(), created_));
    return version_ + threads_;
  }

 private:
  /// `ended`: the line has its end.
  Expected<void> read(const Fields& fields, bool ended) {
    constexpr std::size_t kBefore = 4;  // the most fields before what the line is about
    for (std::size_t i = 0; i < std::min(fields.size(), kBefore); ++i) {
      const Fields rest(fields.begin() + static_cast<std::ptrdiff_t>(i) + 1, fields.end());
      const bool of_graph = i > 0 && fields[i - 1] == "graph";
      if (fields[i] == "info") {
        read_info(rest, of_graph);
        return {};
      }
      created_ += fields[i].starts_with("create");
      if (fields[i] != "exec") continue;
      ++executed_;
      if (of_graph) return {};  // its primitives have lines of their own
      if (!ended && rest.size() < template_.size()) return error("fields are missing at its end");
      return read_execution(rest);
    }
    if (!ended) return error("it does not say what was done");
    return {};
  }

  void read_info(const Fields& fields, bool of_graph) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto field = fields[i];
      const auto colon = field.find("template:");
      if (colon != std::string_view::npos && !of_graph) {
        // The names after "operation", which is the "exec" of the lines.
        template_.clear();
        bool begun = field.substr(colon + 9) == "operation";
        for (std::size_t j = i + 1; j < fields.size(); ++j) {
          if (begun) template_.emplace_back(fields[j]);
          begun = begun || fields[j] == "operation";
        }
        return;
      }
      if (field.starts_with("oneDNN v") || field.starts_with("DNNL v"))
        version_ = field.substr(0, field.find(" (commit"));
      if (field.starts_with("nthr:")) threads_ = ", threads: " + std::string(field.substr(5));
    }
  }

  /// The field of this name. Commas can be in attributes only: what precedes them is counted from
  /// the left, what follows from the right.
  Expected<std::string_view> field(const Fields& fields, const char* name) const {
    const auto place = std::find(template_.begin(), template_.end(), name) - template_.begin();
    const auto attributes =
        std::find(template_.begin(), template_.end(), "attributes") - template_.begin();
    const auto more =
        static_cast<std::ptrdiff_t>(fields.size()) - static_cast<std::ptrdiff_t>(template_.size());
    if (place == static_cast<std::ptrdiff_t>(template_.size()))
      return error(fmt::format("{}: the log's template line does not name this field", name));
    if (more < 0)
      return error(
          fmt::format("{}: is missing: the line has {} fields after 'exec', its template "
                      "{}",
                      name, fields.size(), template_.size()));
    return fields[static_cast<std::size_t>(place <= attributes ? place : place + more)];
  }

  Expected<void> read_execution(const Fields& fields) {
    const auto at = std::find(template_.begin(), template_.end(), "primitive") - template_.begin();
    if (static_cast<std::size_t>(at) >= fields.size())
      return error(
          fmt::format("primitive: is missing: the line has {} fields after 'exec'", fields.size()));
    const auto primitive = fields[static_cast<std::size_t>(at)];
    const bool transposed = primitive == "deconvolution";
    if (!transposed && primitive != "convolution") {
      into_.skip(primitive.empty() ? "line without a primitive" : std::string(primitive),
                 "not a convolution");
      return {};
    }
    const auto kind = field(fields, "prop_kind"), memory = field(fields, "memory_descriptors"),
               problem = field(fields, "problem_desc"), attributes = field(fields, "attributes");
    for (const auto* one : {&kind, &memory, &problem})
      if (!*one) return tl::unexpected(one->error());
    if (attributes && attributes->find("dw:") != std::string_view::npos)
      into_.skip("fused depthwise convolution",
                 "it runs inside the convolution before it, and the log has no sizes of it");
    return read_problem(*kind, *memory, *problem, transposed);
  }

  Expected<void> read_problem(std::string_view kind, std::string_view memory,
                              std::string_view problem, bool transposed) {
    const auto directions = directions_of(kind, transposed);
    if (directions.empty())
      return error(fmt::format("prop_kind: '{}' is not forward, backward_data or backward_weights",
                               kind.substr(0, 40)));
    const auto types = types_of(memory);
    for (const auto& [name, type] :
         {std::pair("src", types.src), {"wei", types.wei}, {"dst", types.dst}})
      if (type.empty())
        return error(
            fmt::format("memory_descriptors: no type of {} in '{}'", name, memory.substr(0, 80)));
    if (!is_floating(types.src) || types.wei != types.src || types.dst != types.src) {
      into_.skip(fmt::format("convolution of {}:{}:{}", types.src, types.wei, types.dst),
                 kTypesOnly);
      return {};
    }
    if (problem.find('*') != std::string_view::npos) {
      into_.skip("convolution with sizes known only at run time", "the log has no numbers of it");
      return {};
    }
    const auto descriptor = parse_descriptor(problem);
    if (!descriptor) return error("problem_desc: " + descriptor.error().message);
    auto found = geometry_of(*descriptor, transposed);
    if (!found) return error("problem_desc: " + found.error().message);
    if (const auto* skipped = std::get_if<Skipped>(&*found)) {
      into_.skip(skipped->what, skipped->why);
      return {};
    }
    if (transposed) into_.change("deconvolution", kAsGradient);
    if (is_1d(*descriptor)) into_.change("1-D convolution", kAsHeight1);
    for (const auto direction : directions) {
      Problem layer;
      layer.geometry = std::get<Geometry>(*found);
      layer.geometry.bias =
          !transposed && direction != Direction::backward_data && !types.bia.empty();
      layer.own.dtype = parse_word<Dtype>(std::string(types.src));
      layer.own.direction = direction;
      into_.add(std::move(layer));
    }
    return {};
  }

  static std::vector<Direction> directions_of(std::string_view kind, bool transposed) {
    using enum Direction;
    if (kind.starts_with("forward")) return {transposed ? backward_data : forward};
    if (kind == "backward_data") return {transposed ? forward : backward_data};
    if (kind == "backward_weights") return {backward_weights};
    if (kind == "backward") return {transposed ? forward : backward_data, backward_weights};
    return {};
  }

  Lines& lines_;
  Merge& into_;
  std::vector<std::string> template_{"engine",    "primitive",          "implementation",
                                     "prop_kind", "memory_descriptors", "attributes",
                                     "auxiliary", "problem_desc",       "exec_time"};
  std::string version_, threads_;
  std::int64_t created_ = 0, executed_ = 0;
};

}  // namespace

bool fits_verbose(std::string_view start) {
  return !after_marker(start).empty();
}

Expected<std::string> read_verbose(Lines& lines, Merge& into) {
  return Verbose(lines, into).run();
}

}  // namespace convgauge::import
