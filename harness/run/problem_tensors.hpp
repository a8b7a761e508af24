// The tensors of one problem and what their convolution should be: made once, used for every
// backend.
#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <memory>

#include "config/suite.hpp"
#include "core/buffer.hpp"
#include "core/fill.hpp"
#include "reference/cache.hpp"
#include "verify/projection.hpp"

namespace convgauge {

/// What a run wrote, by role, by the spec's types and strides; null for what its direction does not
/// write.
using Outputs = std::array<const std::byte*, kTensorCount>;

/// The tensors that one fill gives a convolution to read, with the expected output, all in the
/// driver's own memory: no plugin can reach them.
struct TestTensors {
  Buffer src, weights, bias, diff_dst;  // without memory where the direction does not read them
  std::shared_ptr<const ReferenceValues> expected;  // one of these two
  std::shared_ptr<const Projection> projection;

  Inputs inputs() const { return {src.data(), weights.data(), bias.data(), diff_dst.data()}; }
  Reference reference() const { return expected->view(); }
  /// Agrees, or Differs with the oracle's name and a diagnosis where there is one: of every output,
  /// the worst. `relation`: how these inputs are related to those of the projection.
  std::variant<Agrees, Differs> judge(const Spec& spec, Fill fill, const Algorithm& algorithm,
                                      const Outputs& got, Oracle oracle,
                                      const Relation& relation = {}) const;
};

/// How outputs are held against their reference, where `reference` leaves it open: in full if that
/// takes less than a few seconds and fits into `available` bytes, else by projection if that saves
/// enough, and fits. The backward directions have no projection: in full, and verify_case() refuses
/// where one is asked for.
bool use_projection(const Spec& spec, const VerifySettings& settings, double available);

/// The test tensors of one spec, by fill. [one thread]
class ProblemTensors {
 public:
  /// `threads`: for the reference. `references` outlives this.
  /// `projected`: hold outputs against a projection; then only the latest are kept.
  ProblemTensors(const Spec& spec, std::uint64_t seed, int threads, ReferenceCache& references,
                 bool projected = false)
      : spec_(spec),
        seed_(seed),
        threads_(threads),
        references_(references),
        projected_(projected) {}

  /// `changed`: another source, or another diff_dst, under the same weights, for a backend that
  /// keeps what it saw.
  const TestTensors& of(Fill fill, bool changed = false);
  /// Projected only: the tensors of a fill, taken out and turned into a related problem: other
  /// images first, output channels shuffled within their groups, values doubled.
  std::pair<TestTensors, Relation> related(Fill fill);
  bool projected() const { return projected_; }
  const Spec& spec() const { return spec_; }

 private:
  TestTensors make(Fill fill, bool changed) const;
  Spec spec_;
  std::uint64_t seed_;
  int threads_;
  ReferenceCache& references_;
  bool projected_;
  std::map<std::pair<Fill, bool>, TestTensors> made_;
};

}  // namespace convgauge
