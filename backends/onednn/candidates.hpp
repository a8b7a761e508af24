// Which implementations of oneDNN can do a convolution, by which route, in what order, under what
// names.
#pragma once
#include <convgauge/plugin.h>

#include <string>
#include <vector>

#include "directions.hpp"
#include "library.hpp"

namespace convgauge::backends::onednn {

/// plain: on the user's own layout. reorder: reorder -> the layout that the implementation likes ->
/// reorder. native: source and destination in one blocked layout, converted in upload and fetch.
enum class Route { plain, reorder, native };

using Tag = dnnl::memory::format_tag;

/// One implementation: the `position`-th that the library lists for its route, family and
/// algorithm.
struct Candidate {
  Route route = Route::plain;
  bool winograd = false;
  Tag family = Tag::any;  // of src and dst; any: the implementation's choice
  int position = 0;
  std::string implementation{}, name{};
  // Known to write beyond its scratchpad: to be had by name, never the default.
  bool overruns = false;
};

/// A layout's name, for requirements and algorithms.
const char* family_name(Tag family);

/// The spec in oneDNN's words, its formats left to be filled. With a padding mode other than zeros
/// the source is the padded one and the primitive pads nothing. Batch 0 is described as batch 1,
/// for oneDNN has no empty primitive.
Convolution describe(const cvg_spec& spec, const Candidate& candidate);

/// The same spec with a source that has no padding: as the host has it and the plan's buffers keep
/// it.
cvg_spec unpadded(const cvg_spec& spec);

/// The user's own layout of the (padded) source, of the destination and of the weights.
dnnl::memory::desc user_src(const cvg_spec& spec);
dnnl::memory::desc user_dst(const cvg_spec& spec);
dnnl::memory::desc user_weights(const cvg_spec& spec);

/// strict: no rounding. tf32 and reduced permit the library what it has for them.
dnnl::primitive_attr attributes(const cvg_spec& spec);

/// What an implementation expects of a tensor; empty where it has no such tensor.
dnnl::memory::desc expected(const dnnl::primitive_desc& implementation, const Operand& operand);

/// Goes on to the implementation of a candidate; throws std::runtime_error if the library no longer
/// has it.
void seek(Implementations& list, const Candidate& candidate);

/// All of them, the default first. Static, so that the same problem has the same default on every
///   run: nchw, nhwc: the first that the library lists, on the plain layout before behind reorders;
///   but not the reference or a GEMM that wants an im2col buffer where there is another kernel, nor
///   one that is known to be wrong. native: by the same rule over all blocked layouts, that which
///   the library itself chooses for the destination first.
/// Winograd comes last: the library's own choice never takes it.
std::vector<Candidate> candidates(const cvg_spec& spec);

cvg_algorithm describe(const Candidate& candidate, const cvg_spec& spec);

}  // namespace convgauge::backends::onednn
