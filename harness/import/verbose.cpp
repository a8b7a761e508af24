// Logs of oneDNN, once DNNL and MKL-DNN. A line is
//   onednn_verbose[,v1][,TIME][,primitive],exec,ENGINE,PRIMITIVE,...,DESCRIPTOR,MILLISECONDS
// whose fields after "exec" have the order that the log's own "template:" line states; versions
// before 2.6 have no such line.
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
constexpr std::array<std::string_view, 3> kMarkers{"onednn_verbose,", "dnnl_verbose,",
                                                   "mkldnn_verbose,"};

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

/// Before 1.0 the field states formats only, "fsrc:nChw8c fwei:OIhw8i8o fbia:undef fdst:nChw8c".
Types old_types_of(std::string_view formats, std::string_view implementation) {
  const auto has = [&](std::string_view part) {
    return implementation.find(part) != std::string_view::npos;
  };
  const std::string_view type = has("int8") || has("s8") ? "s8" : has("bf16") ? "bf16" : "f32";
  return {type, type, formats.find("fbia:undef") == std::string_view::npos ? type : "", type};
}

Types types_of(std::string_view descriptors, std::string_view implementation) {
  if (descriptors.starts_with("fsrc:")) return old_types_of(descriptors, implementation);
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

bool is_kind(std::string_view field) {
  return field.starts_with("forward") || field.starts_with("backward");
}

using Names = std::vector<std::string_view>;

/// The names of the fields after "exec" of versions that state no template.
Names names_of(const Fields& fields) {
  constexpr std::string_view kEngines[] = {"cpu", "gpu"};
  const bool has_engine =
      !fields.empty() && std::count(std::begin(kEngines), std::end(kEngines), fields[0]) > 0;
  const auto field = [&](std::size_t i) {
    return i < fields.size() ? fields[i] : Fields::value_type();
  };
  Names names{"primitive"};
  if (has_engine) names.insert(names.begin(), "engine");
  if (has_engine || !is_kind(field(1))) names.push_back("implementation");  // 0.11 and later
  names.insert(names.end(), {"prop_kind", "memory_descriptors"});
  if (has_engine && !field(5).starts_with("alg:")) names.push_back("attributes");  // 1.1 and later
  names.insert(names.end(), {"auxiliary", "problem_desc", "exec_time"});
  return names;
}

/// Where the locale writes 9,4747 for the time, the two fields are one.
void join_time(Fields& fields) {
  const auto digits = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (fields.size() > 1 && digits(fields.back()) && digits(fields[fields.size() - 2]))
    fields.pop_back();
}

class Verbose {
 public:
  Verbose(Lines& lines, Merge& into) : lines_(lines), into_(into) {}

  Expected<std::string> run() {
    while (const auto line = lines_.next()) {
      const auto text = after_marker(line->text);
      if (text.empty()) continue;
      number_ = line->number;
      if (auto ok = read(fields_of(text, ','), line->ended); !ok) {
        if (line->ended) return fault(lines_, line->number, ok.error().message);
        into_.skip("last line", "it is torn: " + ok.error().message);
      }
    }
    if (into_.empty()) {
      if (!wrong_creation_.empty()) return error(wrong_creation_);
      take_created();
    }
    return version_ + threads_;
  }

 private:
  /// `ended`: the line has its end.
  Expected<void> read(const Fields& fields, bool ended) {
    constexpr std::size_t kBefore = 4;  // the most fields before what the line is about
    for (std::size_t i = 0; i < std::min(fields.size(), kBefore); ++i) {
      Fields rest(fields.begin() + static_cast<std::ptrdiff_t>(i) + 1, fields.end());
      const bool of_graph = i > 0 && fields[i - 1] == "graph";
      const bool creates = fields[i] == "create" || fields[i] == "create:cache_miss" ||
                           fields[i] == "create:cache_hit";
      if (fields[i] == "info") {
        read_info(rest, of_graph);
        return {};
      }
      if (fields[i] != "exec" && !creates) continue;
      if (of_graph) return {};  // its primitives have lines of their own
      join_time(rest);
      names_ = template_.empty() ? names_of(rest) : Names(template_.begin(), template_.end());
      if (!ended && rest.size() < names_.size()) return error("fields are missing at its end");
      if (!creates) return read_primitive(rest, into_);
      const auto ok = read_primitive(rest, created_);
      if (!ok && wrong_creation_.empty())
        wrong_creation_ = fault(lines_, number_, ok.error().message).value().message;
      return {};
    }
    if (!ended) return error("it does not say what was done");
    return {};
  }

  /// Some libraries (OpenVINO) run convolutions without a line for each.
  void take_created() {
    for (const auto& problem : created_.problems()) {
      into_.change("convolution",
                   "counted as often as it was created: the log has no line of one "
                   "that ran",
                   problem.count);
      into_.add(problem);
    }
    for (const auto& skipped : created_.skipped())
      into_.skip(skipped.what, skipped.why, skipped.count);
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
      if (field.starts_with("oneDNN v") || field.starts_with("DNNL v") ||
          field.starts_with("Intel(R) MKL-DNN v") || field.starts_with("Intel MKL-DNN v"))
        version_ = field.substr(0, field.find(" (commit"));
      if (field.starts_with("nthr:")) threads_ = ", threads: " + std::string(field.substr(5));
    }
  }

  /// The field of this name. Commas can be in attributes only: what precedes them is counted from
  /// the left, what follows from the right.
  Expected<std::string_view> field(const Fields& fields, const char* name) const {
    const auto place = std::find(names_.begin(), names_.end(), name) - names_.begin();
    const auto attributes = std::find(names_.begin(), names_.end(), "attributes") - names_.begin();
    const auto more =
        static_cast<std::ptrdiff_t>(fields.size()) - static_cast<std::ptrdiff_t>(names_.size());
    if (place == static_cast<std::ptrdiff_t>(names_.size()))
      return error(fmt::format("{}: the log's template line does not name this field", name));
    if (more < 0)
      return error(fmt::format("{}: is missing: the line has {} fields after what was done, not {}",
                               name, fields.size(), names_.size()));
    return fields[static_cast<std::size_t>(place <= attributes ? place : place + more)];
  }

  Expected<void> read_primitive(const Fields& fields, Merge& into) {
    const auto at = std::find(names_.begin(), names_.end(), "primitive") - names_.begin();
    if (static_cast<std::size_t>(at) >= fields.size())
      return error(fmt::format("primitive: is missing: the line has {} fields after what was done",
                               fields.size()));
    const auto primitive = fields[static_cast<std::size_t>(at)];
    const bool transposed = primitive == "deconvolution";
    if (!transposed && primitive != "convolution") {
      if (&into == &into_)
        into.skip(primitive.empty() ? "line without a primitive" : std::string(primitive),
                  "not a convolution");
      return {};
    }
    const auto kind = field(fields, "prop_kind"), memory = field(fields, "memory_descriptors"),
               problem = field(fields, "problem_desc"), attributes = field(fields, "attributes");
    for (const auto* one : {&kind, &memory, &problem})
      if (!*one) return tl::unexpected(one->error());
    if (attributes && attributes->find("dw:") != std::string_view::npos)
      into.skip("fused depthwise convolution",
                "it runs inside the convolution before it, and the log has no sizes of it");
    const auto types = types_of(*memory, field(fields, "implementation").value_or(""));
    return read_problem(*kind, types, *memory, *problem, transposed, into);
  }

  Expected<void> read_problem(std::string_view kind, const Types& types, std::string_view memory,
                              std::string_view problem, bool transposed, Merge& into) {
    const auto directions = directions_of(kind, transposed);
    if (directions.empty())
      return error(fmt::format("prop_kind: '{}' is not forward, backward_data or backward_weights",
                               kind.substr(0, 40)));
    for (const auto& [name, type] :
         {std::pair("src", types.src), {"wei", types.wei}, {"dst", types.dst}})
      if (type.empty())
        return error(
            fmt::format("memory_descriptors: no type of {} in '{}'", name, memory.substr(0, 80)));
    if (!is_floating(types.src) || types.wei != types.src || types.dst != types.src) {
      into.skip(fmt::format("convolution of {}:{}:{}", types.src, types.wei, types.dst),
                kTypesOnly);
      return {};
    }
    if (problem.find('*') != std::string_view::npos) {
      into.skip("convolution with sizes known only at run time", "the log has no numbers of it");
      return {};
    }
    const auto descriptor = parse_descriptor(problem);
    if (!descriptor) return error("problem_desc: " + descriptor.error().message);
    auto found = geometry_of(*descriptor, transposed);
    if (!found) return error("problem_desc: " + found.error().message);
    if (const auto* skipped = std::get_if<Skipped>(&*found)) {
      into.skip(skipped->what, skipped->why);
      return {};
    }
    if (transposed) into.change("deconvolution", kAsGradient);
    if (is_1d(*descriptor)) into.change("1-D convolution", kAsHeight1);
    for (const auto direction : directions) {
      Problem layer;
      layer.geometry = std::get<Geometry>(*found);
      layer.geometry.bias =
          !transposed && direction != Direction::backward_data && !types.bia.empty();
      layer.own.dtype = parse_word<Dtype>(std::string(types.src));
      layer.own.direction = direction;
      into.add(std::move(layer));
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
  std::vector<std::string> template_;  // as the log states it; empty: it does not
  Names names_;                        // of the fields of the line that is read
  std::string version_, threads_;
  std::int64_t number_ = 0;     // of the line that is read
  std::string wrong_creation_;  // the first line of creation that could not be read
  Merge created_;  // what lines of creation say; used where nothing is said to have run
};

}  // namespace

bool fits_verbose(std::string_view start) {
  return !after_marker(start).empty();
}

Expected<std::string> read_verbose(Lines& lines, Merge& into) {
  return Verbose(lines, into).run();
}

}  // namespace convgauge::import
