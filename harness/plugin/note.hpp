// The sentence that a plugin writes beside a status, and what the two mean together.
#pragma once
#include <convgauge/plugin.h>

#include <cstddef>
#include <string>

#include "plugin/answers.hpp"

namespace convgauge {

/// The place where a plugin writes. get() points into *this.
class Note {
 public:
  explicit Note(std::size_t capacity = 1024) : text_(capacity, '\0') {}
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;
  cvg_note* get() { return &note_; }
  /// What was written, up to the first NUL; empty where nothing was.
  std::string text() const;

 private:
  std::string text_;
  cvg_note note_{text_.data(), text_.size()};
};

/// The note's text, or words for its absence.
std::string said(const Note& note);

/// For functions that have no reason to give: nothing for OK, else Failed, "bind returned FAILED: "
/// and what was said.
Answer<void> answer_of(const char* function, cvg_status status, const Note& note);

/// A failure without a device lost.
tl::unexpected<Trouble> failed(std::string why);
/// A failure by breaking a rule of the ABI.
tl::unexpected<Trouble> broke(Rule rule, std::string how);

}  // namespace convgauge
