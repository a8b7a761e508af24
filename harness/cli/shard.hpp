// --shard: which part of the problems a sweep runs, as given or as a scheduler's variables say.
#pragma once
#include <string>

#include "core/expected.hpp"
#include "core/layers.hpp"

namespace convgauge::cli {

/// The problems whose index modulo `count` is `index`.
struct Shard {
  int index = 0, count = 1;
  std::string source{};  // of auto: the variables that say so, with their values
  bool operator==(const Shard&) const = default;
};

/// "1/4": the first of four. "auto": what the environment says: a SLURM job array, an indexed job
/// of Kubernetes, a parallel job of GitLab, GoogleTest's sharding. "auto/4": the index from the
/// environment, of four in all. Errors: neither of these; a variable that is missing, is no number
/// or is out of range; no scheduler, or two that disagree.
Expected<Shard> read_shard(const std::string& text);

}  // namespace convgauge::cli
