#include "plugin/note.hpp"

#include <fmt/format.h>

#include <cstring>

#include "core/layers.hpp"
#include "plugin/convert.hpp"

namespace convgauge::plugin {

std::string Note::text() const {
  return {text_.data(), strnlen(text_.data(), text_.size())};
}

std::string said(const Note& note) {
  const auto text = note.text();
  return text.empty() ? "without a word" : text;
}

Answer<void> answer_of(const char* function, cvg_status status, const Note& note) {
  if (status == CVG_STATUS_OK) return {};
  auto why = fmt::format("{} returned {}: {}", function, status_word(status), said(note));
  return tl::unexpected<Trouble>(
      Failed{std::move(why), std::nullopt, status == CVG_STATUS_DEVICE_LOST});
}

tl::unexpected<Trouble> failed(std::string why) {
  return tl::unexpected<Trouble>(Failed{std::move(why)});
}

tl::unexpected<Trouble> broke(Rule rule, std::string how) {
  return tl::unexpected<Trouble>(broken(rule, std::move(how)));
}

}  // namespace convgauge::plugin
