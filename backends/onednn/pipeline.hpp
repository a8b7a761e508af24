// One candidate made ready: the primitives that run one after the other, the scratch they share, and for each slot the
// argument lists, so that execute() only walks them.
#pragma once
#include <convgauge/plugin.h>

#include <optional>
#include <vector>

#include "candidates.hpp"
#include "padding.hpp"

namespace convgauge::backends::onednn {

/// Where the tensors and scratch of one slot lie.
struct Addresses {
  const void *src = nullptr, *weights = nullptr, *bias = nullptr;
  void *dst = nullptr, *workspace = nullptr;
};

/// A primitive with its arguments. The memories that the arguments point to are kept by the owner of the step.
struct Step {
  dnnl_primitive_t primitive = nullptr;
  std::vector<dnnl_exec_arg_t> arguments;
};

/// A slot's steps. The memories must outlive them, and do.
struct Run {
  const void* unpadded = nullptr;  // source and target of the explicit padding; null where there is none
  void* padded = nullptr;
  std::vector<Step> steps;
  std::vector<dnnl::memory> memories;
};

class Pipeline {
 public:
  Pipeline(const cvg_spec& spec, const Candidate& candidate);

  std::size_t workspace_bytes() const { return workspace_bytes_; }
  /// Of the source and destination as the primitive sees them; the source is the padded one.
  const dnnl::memory::desc& src() const { return src_; }
  const dnnl::memory::desc& dst() const { return dst_; }
  const dnnl::memory::desc& weights() const { return weights_; }

  /// Builds the argument lists for these addresses.
  Run bind(const Addresses& at) const;
  /// The timed part. Nothing is allocated here but what the library itself allocates.
  void execute(const Run& run) const;

 private:
  /// Takes `bytes` of the workspace, 64-byte aligned.
  std::size_t reserve(std::size_t bytes);

  cvg_spec spec_;
  dnnl::convolution_forward convolution_;
  std::optional<dnnl::reorder> reorder_src_, reorder_dst_;
  dnnl::memory::desc src_, weights_, dst_, outer_src_, outer_dst_;
  dnnl::memory::desc scratch_, scratch_src_, scratch_dst_;
  std::optional<Pixels> pixels_;  // of the source, where padding is made explicit
  std::size_t padded_at_ = 0, src_at_ = 0, dst_at_ = 0, scratch_at_ = 0;
  std::size_t workspace_bytes_ = 0;
};

/// One reorder on the spot, for prepare, upload and fetch.
void convert(const dnnl::memory::desc& from, const void* source, const dnnl::memory::desc& to, void* target);

/// A layout's pixels: see Pixels.
Pixels pixels_of(const cvg_spec& spec, Tag family);

}  // namespace convgauge::backends::onednn
