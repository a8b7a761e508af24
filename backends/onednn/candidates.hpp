// Which implementations of oneDNN can do a convolution, by which route, in what order, under what
// names.
#pragma once
#include <convgauge/plugin.h>

#include <string>
#include <vector>

#include "directions.hpp"
#include "library.hpp"

namespace convgauge::backends::onednn {

/// plain: the implementation runs on the user's layout. reorder: it runs on the layout that it
/// prefers, between two reorders that are timed with it. native: source and destination are kept in
/// one layout, such as nChw8c, converted in upload and fetch.
enum class Route { plain, reorder, native };

using Tag = dnnl::memory::format_tag;

/// One implementation: the `position`-th that the library lists for its route, family and
/// algorithm.
struct Candidate {
  Route route = Route::plain;
  bool winograd = false;
  Tag family = Tag::any;  // layout of src and dst; any: the implementation's choice
  int position = 0;
  std::string implementation{}, name{};
  // Known to write beyond its scratchpad: can be asked for by name, is never the default.
  bool overruns = false;
};

/// A layout's name, for requirements and algorithms.
const char* family_name(Tag family);

/// The spec as oneDNN describes it, with the candidate's layouts. With a padding mode other than
/// zeros the source is the padded one and the primitive pads nothing. Batch 0 is described as batch
/// 1, because oneDNN has no empty primitive.
Convolution describe(const cvg_spec& spec, const Candidate& candidate);

/// The same spec with padding mode zeros, so that user_src() and describe() give the source without
/// written padding: as the host and the plan's buffers have it.
cvg_spec unpadded(const cvg_spec& spec);

/// The user's own layout of the (padded) source, of the destination and of the weights.
dnnl::memory::desc user_src(const cvg_spec& spec);
dnnl::memory::desc user_dst(const cvg_spec& spec);
dnnl::memory::desc user_weights(const cvg_spec& spec);

/// strict: operands are not rounded. tf32, reduced: the library may use the narrower arithmetic
/// that it has for them.
dnnl::primitive_attr attributes(const cvg_spec& spec);

/// The description of a tensor that an implementation expects; empty where it has no such tensor.
dnnl::memory::desc expected(const dnnl::primitive_desc& implementation, const Operand& operand);

/// Advances the list to the implementation of a candidate; throws std::runtime_error if the library
/// no longer has it.
void seek(Implementations& list, const Candidate& candidate);

/// How many images of the batch a pipeline of this candidate takes at once: all, unless the copies
/// between reorders, which are as large as source and destination, would exceed 1 GiB; then a
/// divisor of the batch for which they do not, or 1. Not for gradients of weights, which are sums
/// over the batch. The names of such candidates end in "+in_parts".
std::int64_t images_at_once(const cvg_spec& spec, const Candidate& candidate);

/// All candidates, the default first. The default follows a fixed rule, so that the same problem
/// has the same default on every run:
///   nchw, nhwc: the first implementation that the library lists, on the plain layout rather than
///     between reorders; but where there is another kernel, not the reference, a GEMM that needs an
///     im2col buffer, or a kernel that is known to be wrong.
///   native: the same rule over all layouts, beginning with the layout that the library itself
///     chooses for the destination.
/// Winograd comes last: the library never chooses it by itself.
std::vector<Candidate> candidates(const cvg_spec& spec);

cvg_algorithm describe(const Candidate& candidate, const cvg_spec& spec);

}  // namespace convgauge::backends::onednn
