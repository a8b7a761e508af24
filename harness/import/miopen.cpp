// Command lines of MIOpenDriver: "./bin/MIOpenDriver conv -n 1 -c 3 -H 224 -W 224 -k 64 ...". Each
// option takes one value; the defaults are those of its driver/conv_driver.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "core/layers.hpp"
#include "core/parse_number.hpp"
#include "import/formats.hpp"

namespace convgauge::import {
namespace {

constexpr std::string_view kProgram = "MIOpenDriver";

struct Option {
  char letter;
  std::string_view name, usual;
};

/// All options of "conv"; those that say nothing about the problem have no default here.
constexpr Option kOptions[] = {{'n', "batchsize", "100"},
                               {'c', "in_channels", "3"},
                               {'H', "in_h", "32"},
                               {'W', "in_w", "32"},
                               {'k', "out_channels", "32"},
                               {'y', "fil_h", "3"},
                               {'x', "fil_w", "3"},
                               {'u', "conv_stride_h", "1"},
                               {'v', "conv_stride_w", "1"},
                               {'p', "pad_h", "0"},
                               {'q', "pad_w", "0"},
                               {'l', "dilation_h", "1"},
                               {'j', "dilation_w", "1"},
                               {'g', "group_count", "1"},
                               {'F', "forw", "0"},
                               {'m', "mode", "conv"},
                               {'z', "pad_mode", "default"},
                               {'b', "bias", "0"},
                               {'Y', "trans_output_pad_h", "0"},
                               {'X', "trans_output_pad_w", "0"},
                               {'_', "spatial_dim", "2"},
                               {'I', "in_layout", ""},
                               {'O', "out_layout", ""},
                               {'f', "fil_layout", ""},
                               {'Z', "tensor_vect", "0"},
                               {'L', "vector_length", "1"},
                               {'!', "in_d", ""},
                               {'@', "fil_d", ""},
                               {'#', "conv_stride_d", ""},
                               {'$', "pad_d", ""},
                               {'%', "trans_output_pad_d", ""},
                               {'^', "dilation_d", ""},
                               {'r', "pad_val", ""},
                               {'i', "iter", ""},
                               {'V', "verify", ""},
                               {'C', "verification_cache", ""},
                               {'t', "time", ""},
                               {'w', "wall", ""},
                               {'s', "search", ""},
                               {'P', "printconv", ""},
                               {'o', "dump_output", ""},
                               {'d', "in_data", ""},
                               {'e', "weights", ""},
                               {'a', "in_bias", ""},
                               {'D', "dout_data", ""},
                               {'S', "solution", ""},
                               {'G', "gpualloc", ""},
                               {'U', "in_cast_type", ""},
                               {'T', "out_cast_type", ""},
                               {'R', "wei_cast_type", ""}};

/// Without quotes, and up to where a shell would end the command or send its output.
std::vector<std::string> words_of(std::string_view text) {
  text = text.substr(0, std::min(text.find_first_of(";|&>"), text.find(" 2>")));
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (c == '"' || c == '\'') continue;
    if (c != ' ' && c != '\t') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

/// The options of one command line.
class Command {
 public:
  static Expected<Command> parse(const std::vector<std::string>& words) {
    Command command;
    for (std::size_t i = 0; i < words.size(); i += 2) {
      const auto& word = words[i];
      const auto option =
          std::find_if(std::begin(kOptions), std::end(kOptions), [&](const Option& o) {
            return word.starts_with("--")
                       ? word.substr(2) == o.name
                       : word.size() == 2 && word[0] == '-' && word[1] == o.letter;
          });
      if (option == std::end(kOptions))
        return error(fmt::format("'{}' is no option of MIOpenDriver conv", word.substr(0, 40)));
      if (i + 1 == words.size()) return error(fmt::format("{}: has no value", word));
      command.values_[option->name] = words[i + 1];
    }
    return command;
  }

  std::string text(std::string_view name) const {
    const auto given = values_.find(name);
    if (given != values_.end()) return given->second;
    for (const auto& option : kOptions)
      if (option.name == name) return std::string(option.usual);
    return "";
  }

  /// An integer from `least` to 1e9.
  Expected<std::int64_t> number(std::string_view name, std::int64_t least) const {
    constexpr std::int64_t kMost = 1'000'000'000;
    const auto given = text(name);
    const auto value = parse_number<std::int64_t>(given);
    if (!value) return error(fmt::format("{}: '{}' is not a whole number", name, given));
    if (*value < least) return error(fmt::format("{}: {} is less than {}", name, *value, least));
    if (*value > kMost) return error(fmt::format("{}: {} is more than {}", name, *value, kMost));
    return *value;
  }

 private:
  std::map<std::string_view, std::string> values_;  // by the long name
};

/// Numbers of one axis by their names; of a transposed convolution those of its own input.
Expected<Axis> axis_of(const Command& command, char axis, bool transposed) {
  const auto called = [&](const char* name) { return fmt::format("{}_{}", name, axis); };
  Axis a;
  std::int64_t output_pad = 0;
  for (const auto& [name, least, into] : {std::tuple("in", 1, &a.input),
                                          {"fil", 1, &a.kernel},
                                          {"conv_stride", 1, &a.stride},
                                          {"dilation", 1, &a.dilation},
                                          {"pad", 0, &a.pad_before},
                                          {"trans_output_pad", 0, &output_pad}}) {
    const auto value = command.number(called(name), least);
    if (!value) return tl::unexpected(value.error());
    *into = *value;
  }
  const bool undilated = a.dilation == 1 || a.kernel == 1;
  if (const auto mode = command.text("pad_mode"); !transposed && undilated) {
    // As the driver computes it: the same on both sides.
    const auto rest = a.input % a.stride;
    if (mode == "same")
      a.pad_before = std::max<std::int64_t>(a.kernel - (rest == 0 ? a.stride : rest), 0) / 2;
    if (mode == "valid") a.pad_before = 0;
  }
  a.pad_after = a.pad_before;
  if (transposed) {
    // The convolution whose gradient it is reads the output of the transposed one.
    if (output_pad >= a.stride)
      return error(fmt::format("{}: {} is not less than the stride, {}", called("trans_output_pad"),
                               output_pad, a.stride));
    const auto output =
        (a.input - 1) * a.stride - 2 * a.pad_before + a.dilation * (a.kernel - 1) + 1 + output_pad;
    if (output < 1)
      return error(fmt::format("{}: {} leaves no output", called("pad"), a.pad_before));
    a.input = output;
  }
  return a;
}

Expected<Geometry> geometry_of(const Command& command, bool transposed) {
  Geometry g;
  for (const auto& [name, least, into] : {std::tuple("batchsize", 1, &g.batch),
                                          {"in_channels", 1, &g.in_channels},
                                          {"out_channels", 1, &g.out_channels},
                                          {"group_count", 0, &g.groups}}) {
    const auto value = command.number(name, least);
    if (!value) return tl::unexpected(value.error());
    *into = *value;
  }
  g.groups = std::max<std::int64_t>(g.groups, 1);
  if (transposed) std::swap(g.in_channels, g.out_channels);
  for (auto [axis, into] : {std::pair('h', &g.h), {'w', &g.w}}) {
    const auto read = axis_of(command, axis, transposed);
    if (!read) return tl::unexpected(read.error());
    *into = *read;
  }
  if (const auto bad = flaw(g)) return error(fmt::format("{}: {}", bad->field, bad->rule));
  return g;
}

/// Of "conv", "convfp16", "convbfp16".
std::optional<Dtype> dtype_of(std::string_view base) {
  if (base == "conv") return Dtype::f32;
  if (base == "convfp16") return Dtype::f16;
  if (base == "convbfp16") return Dtype::bf16;
  return std::nullopt;
}

/// Both tensors in the same order: nhwc, or empty for nchw, which is what the settings say.
struct Layouts {
  bool known = true;
  std::optional<Layout> layout;
};

Layouts layouts_of(const Command& command) {
  const auto upper = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text.empty() ? std::string("NCHW") : text;
  };
  const auto in = upper(command.text("in_layout")), out = upper(command.text("out_layout"));
  const bool vectors = command.text("vector_length") != "1" && command.text("tensor_vect") != "0";
  // A log names a layout only where it is not NCHW; the driver takes one for all.
  const bool same = in == out || command.text("out_layout").empty();
  if (vectors || !same || (in != "NCHW" && in != "NHWC")) return {false, {}};
  return {true, in == "NHWC" ? std::optional(Layout::nhwc) : std::nullopt};
}

Expected<void> add(const Command& command, Dtype dtype, Merge& into) {
  const auto dimensions = command.number("spatial_dim", 1), runs = command.number("forw", 0),
             bias = command.number("bias", 0);
  for (const auto* number : {&dimensions, &runs, &bias})
    if (!*number) return tl::unexpected(number->error());
  if (*dimensions == 3)
    return into.skip("3-D convolution", "a Conv2d has two spatial dimensions"), Expected<void>();
  if (*dimensions != 2) return error(fmt::format("spatial_dim: {} is not 2 or 3", *dimensions));
  if (*runs > 7) return error(fmt::format("forw: {} is not 0 to 7: a sum of 1, 2 and 4", *runs));
  const auto mode = command.text("mode"), padding = command.text("pad_mode");
  if (mode != "conv" && mode != "trans")
    return error(fmt::format("mode: '{}' is not conv or trans", mode));
  if (padding != "default" && padding != "same" && padding != "valid")
    return error(fmt::format("pad_mode: '{}' is not default, same or valid", padding));
  const auto layouts = layouts_of(command);
  if (!layouts.known)
    return into.skip("convolution in vectors, or with tensors in different orders",
                     "convgauge has nchw and nhwc, one for a problem"),
           Expected<void>();
  const bool transposed = mode == "trans";
  const auto geometry = geometry_of(command, transposed);
  if (!geometry) return tl::unexpected(geometry.error());
  if (transposed) into.change("transposed convolution", kAsGradient);
  using enum Direction;
  for (const auto& [bit, direction] : {std::pair(1, transposed ? backward_data : forward),
                                       {2, transposed ? forward : backward_data},
                                       {4, backward_weights}}) {
    if (*runs != 0 && !(*runs & bit)) continue;
    Problem layer;
    layer.geometry = *geometry;
    layer.geometry.bias = *bias != 0 && !transposed && direction != backward_data;
    layer.own = {dtype, layouts.layout, direction};
    into.add(std::move(layer));
  }
  return {};
}

Expected<void> read_command(std::string_view text, Merge& into) {
  auto words = words_of(text);
  if (words.empty()) return error("MIOpenDriver: what it runs is missing: conv, convfp16 ...");
  const auto base = words.front();
  words.erase(words.begin());
  if (base.starts_with("CBAInfer"))
    return into.skip(base, "a convolution fused with other operations"), Expected<void>();
  if (!base.starts_with("conv")) return into.skip(base, "not a convolution"), Expected<void>();
  const auto dtype = dtype_of(base);
  if (!dtype) return into.skip(base, kTypesOnly), Expected<void>();
  const auto command = Command::parse(words);
  return command ? add(*command, *dtype, into) : tl::unexpected(command.error());
}

}  // namespace

bool fits_miopen(std::string_view start) {
  return start.find(kProgram) != std::string_view::npos;
}

Expected<std::string> read_miopen(Lines& lines, Merge& into) {
  while (const auto line = lines.next()) {
    const auto at = line->text.find(kProgram);
    const auto first = line->text.find_first_not_of(" \t");
    if (at == std::string_view::npos || line->text[first] == '#') continue;
    auto command = line->text.substr(at + kProgram.size());
    if (command.starts_with(".exe")) command.remove_prefix(4);
    if (auto ok = read_command(command, into); !ok) {
      // A file of commands may lack its last newline; a log that does was cut off.
      const bool is_log = line->text.find("Command [") < at;
      if (line->ended || !is_log) return fault(lines, line->number, ok.error().message);
      into.skip("last line", "it is torn: " + ok.error().message);
    }
  }
  return "";
}

}  // namespace convgauge::import
