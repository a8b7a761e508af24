#include "own_work.hpp"

#include <algorithm>
#include <convgauge/sdk.hpp>

namespace convgauge::backends::cudnn {
namespace {

constexpr std::size_t kAlignment = 256;  // as cudaMalloc's own

std::size_t aligned(std::int64_t elements, cvg_dtype type) {
  const auto bytes = static_cast<std::size_t>(elements) * cvg::size_of(type);
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// The batch as it is described to cuDNN: 1 instead of 0.
std::int64_t batch_of(const cvg_spec& s) {
  return std::max<std::int64_t>(s.batch, 1);
}

std::size_t padded_bytes(const cvg_spec& s, const Route& route) {
  if (!route.written_padding) return 0;
  return aligned(batch_of(s) * s.in_channels * padded_axis(s.h).padded * padded_axis(s.w).padded,
                 s.src_type);
}

bool sums_bias(const cvg_spec& s, const Route& route) {
  return route.bias == BiasBy::kernel && s.direction == CVG_DIRECTION_BACKWARD_WEIGHTS;
}

SumArguments first_pass(const cvg_spec& s) {
  return sum_chunks(batch_of(s), s.out_channels, cvg::output(s.h) * cvg::output(s.w),
                    channels_last(s));
}

PaddingArguments padding_arguments(const cvg_spec& s, const void* from, void* to) {
  const bool last = channels_last(s);
  return {from,
          to,
          last ? s.batch : s.batch * s.in_channels,
          last ? s.in_channels : 1,
          padded_axis(s.h),
          padded_axis(s.w),
          static_cast<PaddingMode>(s.padding_mode)};
}

BiasArguments bias_arguments(const cvg_spec& s, const void* bias, void* y) {
  const auto pixels = cvg::output(s.h) * cvg::output(s.w);
  return {bias, y, s.batch * s.out_channels * pixels, s.out_channels,
          channels_last(s) ? 1 : pixels};
}

Launch unpad(const cvg_spec& s, const void* padded, void* x) {
  const auto arguments = padding_arguments(s, padded, x);
  if (s.padding_mode == CVG_PADDING_ZEROS) return crop(arguments, cvg::size_of(s.src_type));
  return fold(arguments, s.src_type == CVG_DTYPE_F64);
}

}  // namespace

OwnWork own_work(const cvg_spec& s, const Route& route, const Addresses& at) {
  auto* workspace = static_cast<unsigned char*>(at.workspace);
  OwnWork work{
      {}, {}, route.written_padding ? workspace : at.x, workspace + own_workspace_bytes(s, route)};
  if (route.written_padding && s.direction == CVG_DIRECTION_BACKWARD_DATA)
    work.after.push_back(unpad(s, workspace, at.x));
  else if (route.written_padding)
    work.before.push_back(pad(padding_arguments(s, at.x, workspace), cvg::size_of(s.src_type)));
  if (route.bias == BiasBy::kernel && s.direction == CVG_DIRECTION_FORWARD)
    work.after.push_back(add_bias(bias_arguments(s, at.bias, at.y), s.src_type == CVG_DTYPE_F64));
  if (sums_bias(s, route)) {
    auto first = first_pass(s);
    first.from = at.y;
    first.to = workspace + padded_bytes(s, route);
    auto last = sum_sums(first);
    last.to = at.bias;
    work.after.push_back(first_sums(first, s.dst_type));
    work.after.push_back(last_sums(last, s.dst_type));
  }
  return work;
}

std::size_t own_workspace_bytes(const cvg_spec& s, const Route& route) {
  const auto sums = sums_bias(s, route) ? chunks(first_pass(s)) * s.out_channels : 0;
  return padded_bytes(s, route) + aligned(sums, s.accumulator_type);
}

}  // namespace convgauge::backends::cudnn
