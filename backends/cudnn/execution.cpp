#include "execution.hpp"

#include <algorithm>
#include <convgauge/sdk.hpp>
#include <stdexcept>

namespace convgauge::backends::cudnn {
namespace {

// A launch through cuDNN costs the host some microseconds; from here on a kernel hides it, and a graph gains nothing.
constexpr double kShortNs = 50e3;
constexpr std::size_t kChunk = 32;       // executions in a graph: long enough that launching it costs nothing
constexpr std::size_t kMostGraphs = 64;  // turns of slots that are kept

PadArguments pad_arguments(const cvg_spec& s, bool last, const void* from, void* to) {
  PadArguments a;
  a.src = from;
  a.dst = to;
  a.planes = last ? s.batch : s.batch * s.in_channels;
  a.pixel = last ? s.in_channels : 1;
  a.h = padded_axis(s.h);
  a.w = padded_axis(s.w);
  a.mode = static_cast<PaddingMode>(s.padding_mode);
  return a;
}

BiasArguments bias_arguments(const Problem& p, const void* bias, void* y) {
  const auto pixels = p.y[2] * p.y[3];
  return {bias, y, p.y[0] * p.y[1] * pixels, p.y[1], p.channels_last ? 1 : pixels};
}

}  // namespace

Gpu::Gpu(const CudaTable& cuda_table, const CudnnTable& cudnn_table, int cuda_ordinal)
    : cuda(cuda_table), cudnn(cudnn_table), ordinal(cuda_ordinal), kernels(cuda_table) {
  check(cuda, cuda.set_device(ordinal), "cudaSetDevice");
  check(cuda, cuda.stream_create(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  check(cudnn, cudnn.create_handle(&handle), "cudnnCreate");
  check(cudnn, cudnn.set_stream(handle, stream), "cudnnSetStream");
}

Execution::Execution(Gpu& gpu, const cvg_spec& spec, const Candidate& candidate, int slots, Replay replay)
    : gpu_(gpu), spec_(spec), candidate_(candidate), replay_(replay), bound_(static_cast<std::size_t>(slots)) {
  if (candidate.problem.route.written_padding) gpu.kernels.prepare_pad(cvg::size_of(spec.src_type));
  if (candidate.problem.route.bias == BiasBy::kernel) gpu.kernels.prepare_bias(spec.src_type == CVG_F64);
}

Execution::~Execution() {
  static_cast<void>(gpu_.cuda.stream_synchronize(gpu_.stream));
  forget_graphs();
  for (const auto event : events_) static_cast<void>(gpu_.cuda.event_destroy(event));
}

void Execution::forget_graphs() {
  for (const auto& known : graphs_) static_cast<void>(gpu_.cuda.graph_exec_destroy(known.graph));
  graphs_.clear();
}

void Execution::bind(int slot, const Addresses& at) {
  forget_graphs();
  const auto& problem = candidate_.problem;
  auto& bound = bound_.at(static_cast<std::size_t>(slot));
  const auto padding_bytes = written_padding_bytes(spec_, problem.route);
  auto* workspace = static_cast<unsigned char*>(at.workspace);
  void* x = at.x;
  if (problem.route.written_padding) {
    bound.pad = pad_arguments(spec_, problem.channels_last, at.x, workspace);
    x = workspace;
  }
  bound.bias = bias_arguments(problem, at.bias, at.y);
  std::vector<std::int64_t> ids{kX, kW, kY};
  std::vector<void*> pointers{x, at.w, at.y};
  if (problem.route.bias == BiasBy::graph) {
    ids.push_back(kBias);
    pointers.push_back(at.bias);
  }
  bound.pack = Descriptor(gpu_.cudnn, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  bound.pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::span<const std::int64_t>(ids));
  bound.pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, std::span<void* const>(pointers));
  void* scratch = candidate_.workspace_bytes > 0 ? workspace + padding_bytes : nullptr;
  bound.pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, scratch);
  bound.pack.finalize("variant pack");
}

void Execution::run(int slot) {
  auto& bound = bound_[static_cast<std::size_t>(slot)];
  const auto& route = candidate_.problem.route;
  if (route.written_padding) gpu_.kernels.pad(bound.pad, cvg::size_of(spec_.src_type), gpu_.stream);
  const auto status = gpu_.cudnn.execute(gpu_.handle, candidate_.built->plan.raw(), bound.pack.raw());
  if (status != CUDNN_STATUS_SUCCESS) {
    throw_if_lost(gpu_.cuda, "cudnnBackendExecute");
    check(gpu_.cudnn, status, "cudnnBackendExecute");
  }
  if (route.bias == BiasBy::kernel) gpu_.kernels.add_bias(bound.bias, spec_.src_type == CVG_F64, gpu_.stream);
}

cudaGraphExec_t Execution::record(std::span<const int> slots) {
  check(gpu_.cuda, gpu_.cuda.begin_capture(gpu_.stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
  cudaGraph_t graph{};
  try {
    for (const int slot : slots) run(slot);
  } catch (...) {
    if (gpu_.cuda.end_capture(gpu_.stream, &graph) == cudaSuccess && graph)
      static_cast<void>(gpu_.cuda.graph_destroy(graph));
    throw_if_lost(gpu_.cuda, "capturing a CUDA graph");
    throw;
  }
  check(gpu_.cuda, gpu_.cuda.end_capture(gpu_.stream, &graph), "cudaStreamEndCapture");
  cudaGraphExec_t made{};
  const auto status = gpu_.cuda.graph_instantiate(&made, graph, 0);
  static_cast<void>(gpu_.cuda.graph_destroy(graph));
  check(gpu_.cuda, status, "cudaGraphInstantiate");
  return made;
}

cudaGraphExec_t Execution::recorded(std::span<const int> slots) {
  for (const auto& known : graphs_)
    if (std::equal(known.slots.begin(), known.slots.end(), slots.begin(), slots.end())) return known.graph;
  if (graphs_.size() >= kMostGraphs || !capture_failure_.empty()) return nullptr;
  try {
    graphs_.push_back({{slots.begin(), slots.end()}, record(slots)});
    return graphs_.back().graph;
  } catch (const cvg::DeviceLost&) {
    throw;
  } catch (const std::exception& failure) {
    capture_failure_ = failure.what();  // executed one by one from now on, and told in the plan's details
    return nullptr;
  }
}

bool Execution::wants_replay(std::span<const int> slots) const {
  if (replay_ == Replay::never || slots.size() < 2) return false;
  return replay_ == Replay::always || (execution_ns_ > 0 && execution_ns_ < kShortNs);
}

void Execution::run_all(std::span<const int> slots) {
  replayed_ = false;
  if (wants_replay(slots))
    for (; !slots.empty(); slots = slots.subspan(std::min(kChunk, slots.size()))) {
      const auto chunk = slots.first(std::min(kChunk, slots.size()));
      const auto graph = recorded(chunk);
      if (!graph) break;
      check(gpu_.cuda, gpu_.cuda.graph_launch(graph, gpu_.stream), "cudaGraphLaunch");
      replayed_ = true;
    }
  for (const int slot : slots) run(slot);
}

void Execution::mark(std::size_t event) {
  while (events_.size() <= event) {
    cudaEvent_t made{};
    check(gpu_.cuda, gpu_.cuda.event_create(&made), "cudaEventCreate");
    events_.push_back(made);
  }
  check(gpu_.cuda, gpu_.cuda.event_record(events_[event], gpu_.stream), "cudaEventRecord");
}

double Execution::between_ns(std::size_t first, std::size_t last) const {
  float ms = 0;
  check(gpu_.cuda, gpu_.cuda.event_elapsed(&ms, events_[first], events_[last]), "cudaEventElapsedTime");
  return static_cast<double>(ms) * 1e6;
}

void Execution::start(std::span<const int> slots, cvg_timing* timing) {
  timing_ = timing;
  running_ = static_cast<std::int64_t>(slots.size());
  if (spec_.batch == 0 || slots.empty()) {
    running_ = 0;
    return;
  }
  check(gpu_.cuda, gpu_.cuda.set_device(gpu_.ordinal), "cudaSetDevice");
  each_ = timing && timing->capacity > 0 && timing->execution_ns;
  mark(0);
  if (each_) {
    replayed_ = false;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      run(slots[i]);
      mark(i + 1);
    }
  } else {
    run_all(slots);
    mark(1);
  }
}

void Execution::wait() {
  auto* timing = std::exchange(timing_, nullptr);
  const auto count = std::exchange(running_, 0);
  if (count > 0) check(gpu_.cuda, gpu_.cuda.stream_synchronize(gpu_.stream), "the execution");
  const double total = count > 0 ? between_ns(0, each_ ? static_cast<std::size_t>(count) : 1) : 0;
  if (count > 0) execution_ns_ = total / static_cast<double>(count);
  if (!timing) return;
  timing->total_ns = total;
  timing->written = 0;
  if (!each_ || count == 0) return;
  timing->written = std::min(timing->capacity, count);
  for (std::int64_t i = 0; i < timing->written; ++i)
    timing->execution_ns[i] = between_ns(static_cast<std::size_t>(i), static_cast<std::size_t>(i) + 1);
}

}  // namespace convgauge::backends::cudnn
