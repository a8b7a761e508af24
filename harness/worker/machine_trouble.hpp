// A system call that this machine denied: no fault of a plugin, and none of convgauge.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/layers.hpp"
#include "verify/verdict.hpp"

namespace convgauge::worker {

/// "this machine denies memfd_create (EPERM: Operation not permitted)", with the limit that is the
/// usual cause where there is one.
class MachineTrouble : public std::runtime_error {
 public:
  /// `call`: what was asked of the system; `error`: its errno.
  MachineTrouble(std::string_view call, int error);
  /// What another process said of its trouble.
  explicit MachineTrouble(const std::string& sentence) : std::runtime_error(sentence) {}
  /// As the verdict on a case that could not run for it.
  Refused verdict() const { return {RefusalReason::machine, what()}; }
};

}  // namespace convgauge::worker
