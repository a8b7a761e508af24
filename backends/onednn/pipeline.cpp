#include "pipeline.hpp"

#include <oneapi/dnnl/dnnl_debug.h>
#include <algorithm>
#include <array>
#include <convgauge/sdk.hpp>
#include <initializer_list>
#include <utility>

namespace convgauge::backends::onednn {
namespace {

using dnnl::memory;

dnnl::reorder::primitive_desc reorder_desc(const memory::desc& from, const memory::desc& to) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return {library().engine, from, library().engine, to, attr};
}

void check(dnnl_status_t status, const char* what) {
  if (status != dnnl_success) throw std::runtime_error(std::string(what) + ": " + dnnl_status2str(status));
}

/// Adds a step to `run`; an argument whose memory has no bytes is left out.
void add_step(Run& run, const dnnl::primitive& primitive,
              std::initializer_list<std::pair<int, std::pair<memory::desc, const void*>>> arguments) {
  Step step;
  step.primitive = primitive.get();
  for (const auto& [kind, where] : arguments) {
    if (where.first.get_size() == 0) continue;
    run.memories.emplace_back(where.first, library().engine, const_cast<void*>(where.second));
    step.arguments.push_back({kind, run.memories.back().get()});
  }
  run.steps.push_back(std::move(step));
}

}  // namespace

Pixels pixels_of(const cvg_spec& s, Tag family) {
  const std::int64_t block = family == Tag::nChw16c ? 16 : family == Tag::nChw8c ? 8 : 1;
  const auto batch = std::max<std::int64_t>(s.batch, 1);
  const auto element = cvg::size_of(s.src_type);
  if (family == Tag::nhwc) return {batch, static_cast<std::size_t>(s.in_channels) * element};
  return {batch * ((s.in_channels + block - 1) / block), static_cast<std::size_t>(block) * element};
}

Pipeline::Pipeline(const cvg_spec& spec, const Candidate& candidate) : spec_(spec) {
  const auto desc = descriptor(spec, candidate);
  convolution_ = dnnl::convolution_forward(desc);
  src_ = desc.src_desc();
  weights_ = desc.weights_desc();
  dst_ = desc.dst_desc();
  scratch_ = desc.scratchpad_desc();
  outer_src_ = candidate.route == Route::native ? src_ : user_src(spec);
  outer_dst_ = candidate.route == Route::native ? dst_ : user_dst(spec);
  if (spec.padding_mode != CVG_PADDING_ZEROS) {
    const auto family = candidate.route == Route::native ? candidate.family
                        : spec.layout == CVG_NHWC        ? Tag::nhwc
                                                         : Tag::nchw;
    pixels_ = pixels_of(spec, family);
    padded_at_ = reserve(outer_src_.get_size());
  }
  if (outer_src_ != src_) {
    const auto reorder = reorder_desc(outer_src_, src_);
    reorder_src_ = dnnl::reorder(reorder);
    scratch_src_ = reorder.scratchpad_desc();
    src_at_ = reserve(src_.get_size());
  }
  if (outer_dst_ != dst_) {
    const auto reorder = reorder_desc(dst_, outer_dst_);
    reorder_dst_ = dnnl::reorder(reorder);
    scratch_dst_ = reorder.scratchpad_desc();
    dst_at_ = reserve(dst_.get_size());
  }
  scratch_at_ = reserve(std::max({scratch_.get_size(), scratch_src_.get_size(), scratch_dst_.get_size()}));
}

std::size_t Pipeline::reserve(std::size_t bytes) {
  const auto begin = (workspace_bytes_ + 63) / 64 * 64;
  if (bytes > 0) workspace_bytes_ = begin + bytes;
  return begin;
}

Run Pipeline::bind(const Addresses& at) const {
  Run run;
  auto* workspace = static_cast<unsigned char*>(at.workspace);
  const auto scratch = [&](const memory::desc& desc) { return std::pair{desc, workspace + scratch_at_}; };
  const void* src = at.src;
  void* dst = at.dst;
  if (pixels_) {
    run.unpadded = src;
    src = run.padded = workspace + padded_at_;
  }
  if (reorder_src_) {
    add_step(run, *reorder_src_,
             {{DNNL_ARG_FROM, {outer_src_, src}},
              {DNNL_ARG_TO, {src_, workspace + src_at_}},
              {DNNL_ARG_SCRATCHPAD, scratch(scratch_src_)}});
    src = workspace + src_at_;
  }
  if (reorder_dst_) dst = workspace + dst_at_;
  add_step(run, convolution_,
           {{DNNL_ARG_SRC, {src_, src}},
            {DNNL_ARG_WEIGHTS, {weights_, at.weights}},
            {DNNL_ARG_BIAS, {at.bias ? describe(spec_, Candidate{}).bias : memory::desc(), at.bias}},
            {DNNL_ARG_DST, {dst_, dst}},
            {DNNL_ARG_SCRATCHPAD, scratch(scratch_)}});
  if (reorder_dst_)
    add_step(run, *reorder_dst_,
             {{DNNL_ARG_FROM, {dst_, dst}},
              {DNNL_ARG_TO, {outer_dst_, at.dst}},
              {DNNL_ARG_SCRATCHPAD, scratch(scratch_dst_)}});
  return run;
}

void Pipeline::execute(const Run& run) const {
  const auto stream = library().stream.get();
  if (pixels_) pad(*pixels_, spec_.h, spec_.w, spec_.padding_mode, run.unpadded, run.padded);
  for (const auto& step : run.steps)
    check(
        dnnl_primitive_execute(step.primitive, stream, static_cast<int>(step.arguments.size()), step.arguments.data()),
        "execute");
  check(dnnl_stream_wait(stream), "wait");
}

void convert(const memory::desc& from, const void* source, const memory::desc& to, void* target) {
  auto stream = library().stream;
  memory in(from, library().engine, const_cast<void*>(source)), out(to, library().engine, target);
  dnnl::reorder(in, out).execute(stream, in, out);
  stream.wait();
}

}  // namespace convgauge::backends::onednn
