#include "core/problem_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace convgauge {
namespace {

std::string pair(const char* key, std::int64_t h, std::int64_t w) {
  return h == w ? fmt::format("{}{}", key, h) : fmt::format("{}{}x{}", key, h, w);
}

std::string pads(const Axis& a) {
  return a.pad_before == a.pad_after ? fmt::format("{}", a.pad_before)
                                     : fmt::format("{}.{}", a.pad_before, a.pad_after);
}

std::string padding(const Geometry& g, bool both) {
  const auto h = pads(g.h), w = pads(g.w);
  return h == w && !both ? "p" + h : fmt::format("p{}x{}", h, w);
}

std::string sizes(const Geometry& g) {
  return fmt::format("n{}c{}h{}w{}_o{}", g.batch, g.in_channels, g.h.input, g.w.input,
                     g.out_channels);
}

/// Reads from left to right; failure() returns the first error, with its place in the text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size() || error_; }
  bool accept(std::string_view word) {
    if (error_ || text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void expect(std::string_view word, std::string_view meaning) {
    if (!accept(word)) fail(fmt::format("expected '{}' ({})", word, meaning));
  }
  std::int64_t number(std::string_view meaning) {
    std::int64_t value = 0;
    if (error_) return value;
    const auto [end, code] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (code == std::errc::result_out_of_range)
      fail(fmt::format("{} does not fit in int64", meaning));
    if (code == std::errc::invalid_argument)
      fail(fmt::format("expected a whole number ({})", meaning));
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }
  void fail(std::string rule) {
    if (error_) return;
    const auto rest = text_.substr(at_);
    error_ = fmt::format("problem '{}', character {}: {}, found {}", text_, at_ + 1, rule,
                         rest.empty() ? "the end" : fmt::format("'{}'", rest));
  }
  const std::optional<std::string>& failure() const { return error_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::string> error_;
};

void scan_sizes(Scanner& in, Geometry& g) {
  in.expect("n", "batch");
  g.batch = in.number("batch");
  in.expect("c", "in_channels");
  g.in_channels = in.number("in_channels");
  in.expect("h", "height");
  g.h.input = in.number("height");
  in.expect("w", "width");
  g.w.input = in.number("width");
  in.expect("_o", "out_channels");
  g.out_channels = in.number("out_channels");
}

/// A number for both axes, or HxW.
void scan_pair(Scanner& in, std::string_view meaning, std::int64_t& h, std::int64_t& w) {
  h = w = in.number(meaning);
  if (in.accept("x")) w = in.number(meaning);
}

void scan_pads(Scanner& in, Axis& a) {
  a.pad_before = a.pad_after = in.number("padding");
  if (in.accept(".")) a.pad_after = in.number("padding");
}

void scan_padding(Scanner& in, Geometry& g) {
  scan_pads(in, g.h);
  g.w.pad_before = g.h.pad_before;
  g.w.pad_after = g.h.pad_after;
  if (in.accept("x")) scan_pads(in, g.w);
}

void scan_window(Scanner& in, Geometry& g) {
  in.expect("k", "kernel_size");
  scan_pair(in, "kernel_size", g.h.kernel, g.w.kernel);
  if (in.accept("s")) scan_pair(in, "stride", g.h.stride, g.w.stride);
  if (in.accept("p")) scan_padding(in, g);
  if (in.accept("d")) scan_pair(in, "dilation", g.h.dilation, g.w.dilation);
  if (in.accept("g")) g.groups = in.number("groups");
}

void scan_words(Scanner& in, Geometry& g) {
  if (in.accept("_nobias"))
    g.bias = false;
  else
    (void)in.accept("_bias");
  for (const auto mode : Words<PaddingMode>::words)
    if (in.accept("_" + std::string(mode))) {
      g.padding_mode = *parse_word<PaddingMode>(mode);
      return;
    }
}

}  // namespace

std::string short_text(const Geometry& g) {
  auto text = sizes(g) + pair("k", g.h.kernel, g.w.kernel);
  if (g.h.stride != 1 || g.w.stride != 1) text += pair("s", g.h.stride, g.w.stride);
  if (const auto p = padding(g, false); p != "p0") text += p;
  if (g.h.dilation != 1 || g.w.dilation != 1) text += pair("d", g.h.dilation, g.w.dilation);
  if (g.groups != 1) text += fmt::format("g{}", g.groups);
  if (!g.bias) text += "_nobias";
  if (g.padding_mode != PaddingMode::zeros) text += fmt::format("_{}", word(g.padding_mode));
  return text;
}

std::string full_text(const Geometry& g) {
  return fmt::format("{}k{}x{}s{}x{}{}d{}x{}g{}_{}_{}", sizes(g), g.h.kernel, g.w.kernel,
                     g.h.stride, g.w.stride, padding(g, true), g.h.dilation, g.w.dilation, g.groups,
                     g.bias ? "bias" : "nobias", word(g.padding_mode));
}

Expected<Geometry> parse_problem(std::string_view text) {
  Geometry g;
  Scanner in(text);
  scan_sizes(in, g);
  scan_window(in, g);
  scan_words(in, g);
  if (!in.done())
    in.fail("expected s, p, d, g, _bias, _nobias or a padding mode, in this order, or the end");
  if (in.failure()) return error(*in.failure());
  return g;
}

}  // namespace convgauge
