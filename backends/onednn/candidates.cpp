#include "candidates.hpp"

#include <algorithm>
#include <convgauge/sdk.hpp>
#include <stdexcept>

#include "../common/padding.hpp"

namespace convgauge::backends::onednn {
namespace {

using dnnl::memory;

memory::data_type type_of(cvg_dtype type) {
  return type == CVG_DTYPE_BF16  ? memory::data_type::bf16
         : type == CVG_DTYPE_F16 ? memory::data_type::f16
                                 : memory::data_type::f32;
}

/// f32 where the gradient of a padded source is folded: several positions are then added to one
/// before the sum is rounded.
memory::data_type src_type(const cvg_spec& s) {
  const bool folded =
      s.direction == CVG_DIRECTION_BACKWARD_DATA && s.padding_mode != CVG_PADDING_ZEROS;
  return folded ? memory::data_type::f32 : type_of(s.src_type);
}

memory::dims src_dims(const cvg_spec& s) {
  const bool explicit_padding = s.padding_mode != CVG_PADDING_ZEROS;
  return {std::max<std::int64_t>(s.batch, 1), s.in_channels,
          explicit_padding ? padded(s.h) : s.h.input, explicit_padding ? padded(s.w) : s.w.input};
}
memory::dims dst_dims(const cvg_spec& s) {
  return {std::max<std::int64_t>(s.batch, 1), s.out_channels, cvg::output(s.h), cvg::output(s.w)};
}
memory::dims weights_dims(const cvg_spec& s) {
  const auto out = s.out_channels / s.groups, in = s.in_channels / s.groups;
  if (s.groups == 1) return {out, in, s.h.kernel, s.w.kernel};
  return {s.groups, out, in, s.h.kernel, s.w.kernel};
}

Tag user_tag(const cvg_spec& s) {
  return s.layout == CVG_LAYOUT_NHWC ? Tag::nhwc : Tag::nchw;
}

/// A stride longer than the padded input allows one output only, so that it may be shortened to fit
/// the library's 32-bit counters.
std::int64_t stride(const cvg_axis& axis) {
  return std::min(axis.stride, padded(axis));
}
std::int64_t dilate(const cvg_axis& axis) {
  return axis.kernel == 1 ? 0 : axis.dilation - 1;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}
/// Whether a GEMM works on the image itself, without an im2col buffer: from 14x14 pixels on it is
/// as fast as the 1x1 kernel between reorders, or faster (measured with 2.6.3 and 3.2, AVX2, 1
/// thread, nchw:
/// 1.24 against 1.22 ms at 14x14, 1.19 against 1.28 at 28x28, 1.21 against 1.37 at 56x56; but 2.20
/// against 1.69 at 7x7).
bool is_bare_gemm(const cvg_spec& s) {
  const bool one_tap = s.h.kernel == 1 && s.w.kernel == 1 && s.h.stride == 1 && s.w.stride == 1;
  return one_tap && s.groups == 1 && padded(s.h) == s.h.input && padded(s.w) == s.w.input &&
         s.h.input * s.w.input >= 196;
}
/// From 256 channels on, a GEMM is also the faster way to the gradient of the weights, which it
/// leaves in the user's order (3.2, AVX2, 1 thread, nchw, 3x3, between reorders against GEMM: 3.6
/// and 4.9 ms at 64-64 56x56, 2.2 and 3.7 at 64-64 5x5 28x28, but 5.5 and 3.6 at 512-512 7x7, 1.6
/// and 1.3 at 256-256 7x7, 14.6 and 12.9 at 512-512 14x14).
bool is_wide_gradient(const cvg_spec& s) {
  return s.direction == CVG_DIRECTION_BACKWARD_WEIGHTS && s.groups == 1 && s.in_channels >= 256;
}
/// A strided 1x1 kernel gathers its source first; the gradient of the weights, on channels last
/// that are fewer than a block, gathers more than its scratchpad holds (uxlfoundation/oneDNN issue
/// 6035; seen here with 2.6.3 and 3.2 under AVX2: 1 to 7 channels write past it, 8 and more do
/// not).
bool overruns_scratchpad(const cvg_spec& s, const std::string& implementation,
                         const memory::desc& src) {
  const bool strided = s.h.stride > 1 || s.w.stride > 1;
  const std::int64_t block = contains(implementation, "avx512") ? 16 : 8;
  return s.direction == CVG_DIRECTION_BACKWARD_WEIGHTS && strided &&
         contains(implementation, "jit_1x1") && s.in_channels / s.groups < block &&
         src == memory::desc(src_dims(s), type_of(s.src_type), Tag::nhwc);
}

/// How little an implementation suits as the default. 3: known to be wrong. 2: the library's
/// reference loops. 1: a GEMM on an im2col buffer, which is slow (at 64-64 3x3 56x56: 8.1 ms
/// against 2.7 between reorders; the gradient of its source, with 3.2: 4.7 against 2.9). 0: any
/// other.
int drawback(const cvg_spec& s, const Candidate& c) {
  const auto& implementation = c.implementation;
  if (c.overruns) return 3;
  if (contains(implementation, "ref")) return 2;
  const bool gemm = contains(implementation, "gemm") && !contains(implementation, "brg");
  return gemm && !is_bare_gemm(s) && !is_wide_gradient(s) ? 1 : 0;
}

std::string name_of(const Candidate& c, const cvg_spec& s) {
  static constexpr const char* kRoutes[] = {"plain.", "reorder.", "native."};
  static constexpr const char* kPadding[] = {"", "+pad_reflect", "+pad_replicate", "+pad_circular"};
  return std::string("onednn.") + direction_of(s).prefix + (c.winograd ? "winograd." : "") +
         kRoutes[static_cast<int>(c.route)] +
         (c.route == Route::native ? std::string(family_name(c.family)) + "." : "") +
         c.implementation + kPadding[s.padding_mode] +
         (images_at_once(s, c) < s.batch ? "+in_parts" : "");
}

/// Appends every implementation that the library lists for the route, family and algorithm of `c`.
/// Throws dnnl::error where the library cannot even describe the convolution.
void append_listed(const cvg_spec& s, Candidate c, std::vector<Candidate>& to) {
  const auto& direction = direction_of(s);
  Implementations list(describe(s, c), attributes(s), library().engine);
  if (!list.any()) return;
  do {
    const auto& desc = list.current();
    const bool same = expected(desc, direction.src) == user_src(s) &&
                      expected(desc, direction.dst) == user_dst(s);
    c.implementation = desc.impl_info_str();
    c.name = name_of(c, s);
    c.overruns = overruns_scratchpad(s, c.implementation, expected(desc, direction.src));
    const bool twice =
        std::any_of(to.begin(), to.end(), [&](const Candidate& t) { return t.name == c.name; });
    const bool pointless = c.route == Route::reorder && (same || contains(c.implementation, "ref"));
    if (!twice && !pointless) to.push_back(c);
    ++c.position;
  } while (list.next());
}

/// As append_listed(), but appends nothing where the library cannot describe the convolution.
void append_all(const cvg_spec& s, const Candidate& c, std::vector<Candidate>& to) {
  try {
    append_listed(s, c, to);
  } catch (const dnnl::error& refusal) {
    if (refusal.status != dnnl_unimplemented && refusal.status != dnnl_invalid_arguments) throw;
  }
}

/// The blocked layout that the library itself would give the destination.
Tag preferred_family(const cvg_spec& s, const std::vector<Tag>& families) try {
  const Implementations list(describe(s, {.route = Route::reorder}), attributes(s),
                             library().engine);
  if (!list.any()) return families.front();
  const auto liked = expected(list.current(), direction_of(s).dst);
  for (const auto tag : families)
    if (liked == memory::desc(dst_dims(s), type_of(s.dst_type), tag)) return tag;
  return families.front();
} catch (const dnnl::error&) {
  return families.front();
}

/// Moves the first candidate with the least drawback to the front.
void promote(const cvg_spec& s, std::vector<Candidate>& all) {
  const auto best = std::min_element(
      all.begin(), all.end(),
      [&](const Candidate& a, const Candidate& b) { return drawback(s, a) < drawback(s, b); });
  if (best != all.end()) std::rotate(all.begin(), best, best + 1);
}

std::vector<Candidate> of_algorithm(const cvg_spec& s, bool winograd) {
  std::vector<Candidate> all;
  if (s.layout == CVG_LAYOUT_NATIVE) {
    std::vector<Tag> families{Tag::nChw16c, Tag::nChw8c, Tag::nhwc, Tag::nchw};
    std::stable_partition(
        families.begin(), families.end(),
        [first = preferred_family(s, families)](Tag tag) { return tag == first; });
    for (const auto family : families)
      append_all(s, {.route = Route::native, .winograd = winograd, .family = family}, all);
    promote(s, all);
    return all;
  }
  append_all(s, {.route = Route::plain, .winograd = winograd, .family = user_tag(s)}, all);
  append_all(s, {.route = Route::reorder, .winograd = winograd}, all);
  promote(s, all);
  return all;
}

}  // namespace

const char* family_name(Tag family) {
  switch (family) {
    case Tag::nChw16c:
      return "nChw16c";
    case Tag::nChw8c:
      return "nChw8c";
    case Tag::nhwc:
      return "nhwc";
    case Tag::nchw:
      return "nchw";
    default:
      return "any";
  }
}

cvg_spec unpadded(const cvg_spec& spec) {
  auto plain = spec;
  plain.padding_mode = CVG_PADDING_ZEROS;
  return plain;
}

memory::desc user_src(const cvg_spec& s) {
  return {src_dims(s), src_type(s), user_tag(s)};
}
memory::desc user_dst(const cvg_spec& s) {
  return {dst_dims(s), type_of(s.dst_type), user_tag(s)};
}
memory::desc user_weights(const cvg_spec& s) {
  return {weights_dims(s), type_of(s.weights_type), s.groups == 1 ? Tag::oihw : Tag::goihw};
}

Convolution describe(const cvg_spec& s, const Candidate& candidate) {
  Convolution c;
  c.kind = direction_of(s).kind;
  if (candidate.winograd) c.algorithm = dnnl::algorithm::convolution_winograd;
  c.src = {src_dims(s), src_type(s), candidate.family};
  c.forward_src = {src_dims(s), type_of(s.src_type), candidate.family};
  c.weights = {weights_dims(s), type_of(s.weights_type), Tag::any};
  if (has_bias(s)) c.bias = {{s.out_channels}, type_of(s.dst_type), Tag::x};
  c.dst = {dst_dims(s), type_of(s.dst_type), candidate.family};
  c.strides = {stride(s.h), stride(s.w)};
  c.dilates = {dilate(s.h), dilate(s.w)};
  c.padding_before = c.padding_after = {0, 0};
  if (s.padding_mode == CVG_PADDING_ZEROS) {
    c.padding_before = {s.h.pad_before, s.w.pad_before};
    c.padding_after = {s.h.pad_after, s.w.pad_after};
  }
  return c;
}

dnnl::primitive_attr attributes(const cvg_spec& s) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
#if DNNL_VERSION_MAJOR >= 3  // 2.6 has no tf32 mode, and stays strict
  if (s.math == CVG_MATH_TF32) attr.set_fpmath_mode(dnnl::fpmath_mode::tf32);
#endif
  if (s.math == CVG_MATH_REDUCED) attr.set_fpmath_mode(dnnl::fpmath_mode::any);
  return attr;
}

memory::desc expected(const dnnl::primitive_desc& implementation, const Operand& operand) {
  return implementation.query_md(dnnl::query::exec_arg_md, operand.argument);
}

void seek(Implementations& list, const Candidate& candidate) {
  bool there = list.any();
  for (int i = 0; there && i < candidate.position; ++i) there = list.next();
  if (!there || list.current().impl_info_str() != candidate.implementation)
    throw std::runtime_error("oneDNN no longer offers " + candidate.name);
}

std::int64_t images_at_once(const cvg_spec& spec, const Candidate& candidate) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  const std::size_t all = cvg::src_bytes(spec) + cvg::dst_bytes(spec);
  if (candidate.route != Route::reorder || spec.direction == CVG_DIRECTION_BACKWARD_WEIGHTS ||
      all <= kMost)
    return spec.batch;
  const auto image = all / static_cast<std::size_t>(spec.batch);
  for (auto images = spec.batch; images > 1; --images)
    if (spec.batch % images == 0 && static_cast<std::size_t>(images) * image <= kMost)
      return images;
  return 1;
}

std::vector<Candidate> candidates(const cvg_spec& spec) {
  auto all = of_algorithm(spec, false);
  const auto winograd = of_algorithm(spec, true);
  all.insert(all.end(), winograd.begin(), winograd.end());
  return all;
}

cvg_algorithm describe(const Candidate& candidate, const cvg_spec& spec) {
  const bool gemm =
      contains(candidate.implementation, "gemm") && !contains(candidate.implementation, "brg");
  auto made = cvg::algorithm(candidate.name, candidate.winograd ? CVG_CLASS_WINOGRAD
                                             : gemm             ? CVG_CLASS_GEMM
                                                                : CVG_CLASS_DIRECT);
  if (candidate.winograd) {
    // All of 2.x's f32 kernels on x86 are F(4x4, 3x3); the library does not tell their points.
    made.winograd[0] = made.winograd[1] = cvg::winograd_axis(4, 3, {});
    made.points_known = 0;
  }
  // The dot-product instructions for bf16 treat subnormals as zero, whatever MXCSR says.
  made.flushes_subnormals = spec.src_type == CVG_DTYPE_BF16 || spec.math == CVG_MATH_REDUCED;
  return made;
}

}  // namespace convgauge::backends::onednn
