// The state of the process that a plugin must leave as it found it (R14, R16, R17).
#pragma once
#include <signal.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "verify/verdict.hpp"

namespace convgauge::worker {

/// Taken before a plugin is called, compared after. [main]
class ProcessState {
 public:
  /// `own_descriptors`: the harness's, which a plugin must not close or replace.
  explicit ProcessState(std::vector<int> own_descriptors);
  /// The rule that was broken, and how; empty where all is as it was. The first thing that was
  /// changed is put back where that is possible; with `tolerates_state` all are, and R14 is no
  /// failure.
  std::optional<Failed> changes(bool tolerates_state = false);

 private:
  /// R14: puts back the first difference.
  std::optional<Failed> put_back();
  std::optional<Failed> changed_descriptor() const;  // R16

  std::uint32_t mxcsr_ = 0;
  std::uint16_t x87_ = 0;
  std::string directory_, locale_;
  mode_t mask_ = 0;
  bool others_ = false;  // other processes existed already
  std::array<struct sigaction, 32> handlers_{};
  std::vector<int> descriptors_;
  std::vector<struct stat> files_;
};

}  // namespace convgauge::worker
