// The tensors of one problem and what their convolution should be: made once, used for every
// backend.
#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "config/suite.hpp"
#include "core/buffer.hpp"
#include "core/fill.hpp"
#include "core/layers.hpp"
#include "reference/cache.hpp"
#include "reference/changed_element.hpp"
#include "verify/projection.hpp"
#include "verify/source_images.hpp"

namespace convgauge::run {

/// What a run wrote, by role, by the spec's types and strides; null for what its direction does not
/// write.
using Outputs = std::array<const std::byte*, kTensorCount>;

/// The inputs of an execution, where they lie or, for a source that would take too much memory, how
/// it is made.
class RunInputs : public Inputs {
 public:
  const SourceImages* images = nullptr;  // instead of src

  RunInputs() = default;
  RunInputs(const Inputs& inputs, const SourceImages* made = nullptr)
      : Inputs(inputs), images(made) {}
  /// Copies the `bytes` of an input to `to`.
  void put(TensorRole role, std::size_t bytes, std::byte* to);
  /// Whether exactly they lie at `at`, where put() may have put them.
  bool are_at(TensorRole role, std::size_t bytes, const std::byte* at) const;

 private:
  std::uint64_t hash_ = 0;  // of `images`, as they were put
};

/// The inputs of a convolution for one fill, with the expected output. All in the driver's own
/// memory, which no plugin can reach.
struct TestTensors {
  Buffer src, weights, bias, diff_dst;  // without memory where the direction does not read them
  std::optional<SourceImages> images;   // instead of src, with a projection
  std::shared_ptr<const ReferenceValues> expected;  // one of the two is set
  std::shared_ptr<const Projection> projection;

  RunInputs inputs() const {
    return {{src.data(), weights.data(), bias.data(), diff_dst.data()},
            images ? &*images : nullptr};
  }
  Reference reference() const { return expected->view(); }
  /// Compares all outputs. Agrees with the largest errors, or Differs with the oracle's name and a
  /// diagnosis where there is one. `relation`: how these inputs are related to those of the
  /// projection.
  std::variant<Agrees, Differs> judge(const Spec& spec, Fill fill, const Algorithm& algorithm,
                                      const Outputs& got, Oracle oracle,
                                      const Relation& relation = {}) const;
};

/// Whether outputs are compared with a projection instead of a full reference. settings.reference
/// decides, unless it is automatic: then a projection is used if the full reference takes more than
/// a few seconds or does not fit into memory, and the projection saves enough. The backward
/// directions have no projection: false, and verify_case() refuses where one is asked for.
bool use_projection(const Spec& spec, const VerifySettings& settings);

/// The test tensors of one spec, by fill. [one thread]
class ProblemTensors {
 public:
  /// `threads`: for the reference. `references` must outlive this object. `projected`: outputs are
  /// compared with a projection; then only the tensors made last are kept.
  ProblemTensors(const Spec& spec, std::uint64_t seed, int threads, ReferenceCache& references,
                 bool projected = false)
      : spec_(spec),
        seed_(seed),
        threads_(threads),
        references_(references),
        projected_(projected) {}

  /// `changed`: another source, or another diff_dst, under the same weights, to catch a backend
  /// that keeps results of earlier inputs.
  const TestTensors& of(Fill fill, bool changed = false);
  /// The same with one element of its source changed, in the memory of the one that `changed`
  /// names: it holds until the next call of any of these functions. Not for projections.
  const TestTensors& with(Fill fill, bool changed, const ElementChange& change);
  /// For projections only: moves out the tensors of a fill and makes a related problem of them,
  /// with images rotated, output channels shuffled within their groups, and values doubled.
  std::pair<TestTensors, Relation> related(Fill fill);
  /// Bytes that the tensors made so far hold, as sheet_bytes() counts them.
  double held_bytes() const;
  /// Frees the tensors of all other fills.
  void keep_only(Fill fill);
  bool projected() const { return projected_; }
  const Spec& spec() const { return spec_; }

 private:
  using Key = std::pair<Fill, bool>;
  /// Undoes with().
  void restore();
  TestTensors make(Fill fill, bool changed) const;
  Spec spec_;
  std::uint64_t seed_;
  int threads_;
  ReferenceCache& references_;
  bool projected_;
  std::map<Key, TestTensors> made_;
  /// What with() changed: the tensors, where and how; their reference is a copy of the cache's.
  struct Changed {
    Key key;
    ElementChange change;
    std::vector<OldValue> old;
  };
  std::optional<Changed> with_;
  std::map<Key, std::shared_ptr<ReferenceValues>> own_;  // references that with() may change
};

}  // namespace convgauge::run
