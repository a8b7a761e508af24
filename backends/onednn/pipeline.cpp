#include "pipeline.hpp"

#include <oneapi/dnnl/dnnl_debug.h>
#include <algorithm>
#include <convgauge/sdk.hpp>
#include <initializer_list>
#include <utility>

namespace convgauge::backends::onednn {
namespace {

using dnnl::memory;

Reorder reorder(const memory::desc& from, const memory::desc& to) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::reorder::primitive_desc desc(library().engine, from, library().engine, to, attr);
  return {from, to, desc.scratchpad_desc(), dnnl::reorder(desc)};
}

void check(dnnl_status_t status, const char* what) {
  if (status != dnnl_success)
    throw std::runtime_error(std::string(what) + ": " + dnnl_status2str(status));
}

void start(const Step& step, dnnl_stream_t stream) {
  check(dnnl_primitive_execute(step.primitive, stream, static_cast<int>(step.arguments.size()),
                               step.arguments.data()),
        "execute");
}

/// A step whose memories are kept in `run`. An argument with an empty description is left out.
/// (Descriptions of 0 bytes are not: the library reports 0 bytes for memory that begins inside
/// another one.)
Step step(Run& run, const dnnl::primitive& primitive,
          std::initializer_list<std::pair<int, std::pair<memory::desc, void*>>> arguments) {
  Step made;
  made.primitive = primitive.get();
  for (const auto& [kind, where] : arguments) {
    if (where.first == memory::desc()) continue;
    run.memories.emplace_back(where.first, library().engine, where.second);
    made.arguments.push_back({kind, run.memories.back().get()});
  }
  return made;
}
Step step(Run& run, const Reorder& r, void* from, void* to, void* scratch) {
  return step(run, r.primitive,
              {{DNNL_ARG_FROM, {r.from, from}},
               {DNNL_ARG_TO, {r.to, to}},
               {DNNL_ARG_SCRATCHPAD, {r.scratch, scratch}}});
}

/// A port and the addresses of its two sides, which are the same where there is no reorder.
struct Placed {
  const Port& port;
  void *outer, *inner;
};

/// The pixels of the source in a layout, where an element takes `element_bytes`.
Pixels pixels_of(const cvg_spec& s, Tag family, std::size_t element_bytes) {
  const std::int64_t block = family == Tag::nChw16c ? 16 : family == Tag::nChw8c ? 8 : 1;
  const auto batch = std::max<std::int64_t>(s.batch, 1);
  if (family == Tag::nhwc) return {batch, static_cast<std::size_t>(s.in_channels) * element_bytes};
  return {batch * ((s.in_channels + block - 1) / block),
          static_cast<std::size_t>(block) * element_bytes};
}

}  // namespace

Pipeline::Pipeline(const cvg_spec& spec, const Candidate& candidate) : spec_(spec) {
  const auto& direction = direction_of(spec);
  Implementations list(describe(spec, candidate), attributes(spec), library().engine);
  seek(list, candidate);
  const auto& desc = list.current();
  convolution_ = dnnl::primitive(desc);
  scratch_ = desc.scratchpad_desc();
  scratch_bytes_ = scratch_.get_size();
  bias_operand_ = direction.bias;
  if (has_bias(spec)) bias_ = expected(desc, direction.bias);

  const auto src = expected(desc, direction.src), weights = expected(desc, direction.weights),
             dst = expected(desc, direction.dst);
  const bool native = candidate.route == Route::native;
  if (spec.padding_mode != CVG_PADDING_ZEROS)
    padded_at_ = reserve((native ? src : user_src(spec)).get_size());
  src_ = port(direction.src, native ? src : user_src(spec), src);
  dst_ = port(direction.dst, native ? dst : user_dst(spec), dst);
  // Weights that are read were packed by prepare_weights; native ones that are written are unpacked
  // by fetch.
  weights_ = port(direction.weights,
                  direction.weights.written && !native ? user_weights(spec) : weights, weights);
  stored_src_ = native ? describe(unpadded(spec), candidate).src : user_src(unpadded(spec));
  if (spec.padding_mode != CVG_PADDING_ZEROS) make_padding(candidate);
  scratch_at_ = reserve(scratch_bytes_);
}

std::size_t Pipeline::reserve(std::size_t bytes) {
  const auto begin = (workspace_bytes_ + 63) / 64 * 64;
  if (bytes > 0) workspace_bytes_ = begin + bytes;
  return begin;
}

Port Pipeline::port(const Operand& operand, const memory::desc& outer, const memory::desc& inner) {
  Port made{operand, outer, inner, std::nullopt};
  if (outer == inner) return made;
  made.reorder = operand.written ? reorder(inner, outer) : reorder(outer, inner);
  made.inner_at = reserve(inner.get_size());
  scratch_bytes_ = std::max(scratch_bytes_, made.reorder->scratch.get_size());
  return made;
}

void Pipeline::make_padding(const Candidate& candidate) {
  const auto user = spec_.layout == CVG_LAYOUT_NHWC ? Tag::nhwc : Tag::nchw;
  pixels_ = pixels_of(spec_, candidate.route == Route::native ? candidate.family : user,
                      src_.operand.written ? sizeof(float) : cvg::size_of(spec_.src_type));
  if (!folds()) return;
  const auto inside = src_.outer.submemory_desc(
      {std::max<std::int64_t>(spec_.batch, 1), spec_.in_channels, spec_.h.input, spec_.w.input},
      {0, 0, spec_.h.pad_before, spec_.w.pad_before});
  crop_ = reorder(inside, stored_src_);
  scratch_bytes_ = std::max(scratch_bytes_, crop_->scratch.get_size());
}

Run Pipeline::bind(const Addresses& at) const {
  Run run;
  auto* workspace = static_cast<unsigned char*>(at.workspace);
  void* scratch = workspace + scratch_at_;
  if (pixels_) run.unpadded = at.src, run.padded = workspace + padded_at_;
  const auto place = [&](const Port& port, void* outer) {
    return Placed{port, outer, port.reorder ? workspace + port.inner_at : outer};
  };
  const Placed src = place(src_, pixels_ ? run.padded : at.src),
               weights = place(weights_, at.weights), dst = place(dst_, at.dst);
  for (const auto* t : {&src, &weights, &dst})
    if (t->port.reorder && !t->port.operand.written)
      run.steps.push_back(step(run, *t->port.reorder, t->outer, t->inner, scratch));
  run.steps.push_back(step(run, convolution_,
                           {{src_.operand.argument, {src_.inner, src.inner}},
                            {weights_.operand.argument, {weights_.inner, weights.inner}},
                            {bias_operand_.argument, {bias_, at.bias}},
                            {dst_.operand.argument, {dst_.inner, dst.inner}},
                            {DNNL_ARG_SCRATCHPAD, {scratch_, scratch}}}));
  for (const auto* t : {&src, &weights, &dst})
    if (t->port.reorder && t->port.operand.written)
      run.steps.push_back(step(run, *t->port.reorder, t->inner, t->outer, scratch));
  if (crop_) run.crop = step(run, *crop_, run.padded, at.src, scratch);
  return run;
}

void Pipeline::execute(const Run& run) const {
  const auto stream = library().stream.get();
  if (pixels_ && !folds())
    pad(*pixels_, spec_.h, spec_.w, spec_.padding_mode, run.unpadded, run.padded);
  for (const auto& each : run.steps) start(each, stream);
  if (run.crop) {
    check(dnnl_stream_wait(stream), "wait");
    fold(*pixels_, spec_.h, spec_.w, spec_.padding_mode, static_cast<float*>(run.padded));
    start(*run.crop, stream);
  }
  check(dnnl_stream_wait(stream), "wait");
}

void convert(const memory::desc& from, const void* source, const memory::desc& to, void* target) {
  auto stream = library().stream;
  memory in(from, library().engine, const_cast<void*>(source)), out(to, library().engine, target);
  dnnl::reorder(in, out).execute(stream, in, out);
  stream.wait();
}

}  // namespace convgauge::backends::onednn
