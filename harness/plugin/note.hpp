// The sentence that a plugin writes along with a status, and what the two mean together.
#pragma once
#include <convgauge/plugin.h>

#include <cstddef>
#include <string>

#include "core/layers.hpp"
#include "plugin/answers.hpp"

namespace convgauge::plugin {

/// The buffer that a plugin writes a sentence into. get() points into *this.
class Note {
 public:
  explicit Note(std::size_t capacity = 1024) : text_(capacity, '\0') {}
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;
  cvg_note* get() { return &note_; }
  /// The text up to the first NUL; empty where nothing was written.
  std::string text() const;

 private:
  std::string text_;
  cvg_note note_{text_.data(), text_.size()};
};

/// The text of the note, or words that say that it is empty.
std::string said(const Note& note);

/// For functions without a refusal reason: success for OK, else Failed with "bind returned FAILED:
/// " and the note.
Answer<void> answer_of(const char* function, cvg_status status, const Note& note);

/// A failure that did not lose the device.
tl::unexpected<Trouble> failed(std::string why);
/// A failure because a rule of the ABI was broken.
tl::unexpected<Trouble> broke(Rule rule, std::string how);

}  // namespace convgauge::plugin
