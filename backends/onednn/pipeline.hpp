// One candidate ready to execute: the primitives that run one after the other, the scratch memory
// that they share, and for each slot the argument lists, so that execute() only goes through them.
#pragma once
#include <convgauge/plugin.h>

#include <optional>
#include <vector>

#include "../common/padding.hpp"
#include "candidates.hpp"

namespace convgauge::backends::onednn {

/// Where the tensors and scratch of one slot lie.
struct Addresses {
  void *src = nullptr, *weights = nullptr, *bias = nullptr, *dst = nullptr, *workspace = nullptr;
};

/// A primitive with its arguments. The memories that the arguments point to are kept by the owner
/// of the step.
struct Step {
  dnnl_primitive_t primitive = nullptr;
  std::vector<dnnl_exec_arg_t> arguments;
};

/// A slot's steps, and the memories that their arguments point to.
struct Run {
  // Source and target of the written padding; null where there is none.
  const void* unpadded = nullptr;
  void* padded = nullptr;
  std::vector<Step> steps;
  std::optional<Step> crop;  // after the padding was folded back
  std::vector<dnnl::memory> memories;
};

/// A reorder and the scratch it wants.
struct Reorder {
  dnnl::memory::desc from, to, scratch;
  dnnl::reorder primitive;
};

/// A tensor of the primitive: its layout in the slot (`outer`) and the layout that the primitive
/// expects (`inner`). Where they differ, a reorder runs before the primitive or, if the primitive
/// writes the tensor, after it.
struct Port {
  Operand operand{};
  dnnl::memory::desc outer, inner;
  std::optional<Reorder> reorder;
  std::size_t inner_at = 0;  // in the workspace, if there is a reorder
};

class Pipeline {
 public:
  Pipeline(const cvg_spec& spec, const Candidate& candidate);

  std::size_t workspace_bytes() const { return workspace_bytes_; }
  /// As the plan's buffers hold them; the source is the one without padding.
  const dnnl::memory::desc& src() const { return stored_src_; }
  const dnnl::memory::desc& weights() const { return weights_.outer; }
  const dnnl::memory::desc& dst() const { return dst_.outer; }

  /// Builds the argument lists for these addresses.
  Run bind(const Addresses& at) const;
  /// The timed part. Nothing is allocated here but what the library itself allocates.
  void execute(const Run& run) const;

 private:
  /// Takes `bytes` of the workspace, 64-byte aligned.
  std::size_t reserve(std::size_t bytes);
  Port port(const Operand& operand, const dnnl::memory::desc& outer,
            const dnnl::memory::desc& inner);
  void make_padding(const Candidate& candidate);

  bool folds() const { return pixels_ && src_.operand.written; }

  cvg_spec spec_;
  dnnl::primitive convolution_;
  Port src_, weights_, dst_;
  Operand bias_operand_{};
  dnnl::memory::desc bias_, scratch_, stored_src_;
  std::optional<Pixels> pixels_;  // of the source, where its padding is written out
  std::optional<Reorder> crop_;   // from the folded gradient to the part without padding
  std::size_t padded_at_ = 0, scratch_at_ = 0;
  std::size_t scratch_bytes_ = 0, workspace_bytes_ = 0;
};

/// Makes one reorder and runs it, for prepare_weights, upload and fetch.
void convert(const dnnl::memory::desc& from, const void* source, const dnnl::memory::desc& to,
             void* target);

}  // namespace convgauge::backends::onednn
