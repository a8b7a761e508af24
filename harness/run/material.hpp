// The tensors of one problem and what their convolution should be: made once, used for every backend.
#pragma once
#include <map>
#include <memory>

#include "core/buffer.hpp"
#include "core/fill.hpp"
#include "reference/cache.hpp"

namespace convgauge {

/// Source, weights and bias with an expected output, all in the driver's own memory: no plugin can reach them.
struct Sheet {
  Buffer src, weights, bias;
  std::shared_ptr<const ReferenceValues> expected;
  bool has_bias = false;

  Inputs inputs() const { return {src.data(), weights.data(), has_bias ? bias.data() : nullptr}; }
  Reference reference() const { return expected->view(); }
};

/// Sheets of one spec by fill. [one thread]
class Material {
 public:
  /// `threads`: for the reference. `references` outlives this.
  Material(const Spec& spec, std::uint64_t seed, int threads, ReferenceCache& references)
      : spec_(spec), seed_(seed), threads_(threads), references_(references) {}

  /// `changed`: another source under the same weights, for a backend that keeps what it saw.
  const Sheet& sheet(Fill fill, bool changed = false);
  const Spec& spec() const { return spec_; }

 private:
  Sheet make(Fill fill, bool changed) const;
  Spec spec_;
  std::uint64_t seed_;
  int threads_;
  ReferenceCache& references_;
  std::map<std::pair<Fill, bool>, Sheet> sheets_;
};

}  // namespace convgauge
