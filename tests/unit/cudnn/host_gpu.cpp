#include "host_gpu.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <span>
#include <sstream>
#include <vector>

#include "host_convolution.hpp"
#include "host_kernels.hpp"

namespace convgauge::backends::cudnn::host_gpu {
namespace {

using Work = std::function<void()>;
using Clock = std::chrono::steady_clock;

/// A variant pack: ids and addresses of its tensors.
struct Pack {
  std::vector<std::int64_t> ids;
  std::vector<void*> pointers;
};

/// A device whose stream does nothing until something waits for it, so that a missing wait shows.
struct Device {
  Faults faults;
  Counts counts;
  bool lost = false;
  cudaError_t last = cudaSuccess;
  std::map<void*, std::size_t> memory;
  std::size_t used = 0;
  std::deque<Work> queue;
  std::vector<Work>* capture = nullptr;
  bool capture_broken = false;
  // Copies of what was set: cuDNN does not return a pack's pointers.
  std::map<cudnnBackendDescriptor_t, Pack> packs;
};
Device& device() {
  static Device made;
  return made;
}

cudaError_t outcome(cudaError_t status = cudaSuccess) {
  auto& d = device();
  if (d.lost) status = cudaErrorIllegalAddress;
  if (status != cudaSuccess) d.last = status;
  return status;
}

/// Adds work to the graph that is being captured, if there is one, else to the stream.
void submit(Work work) {
  auto& d = device();
  if (d.capture)
    d.capture->push_back(std::move(work));
  else
    d.queue.push_back(std::move(work));
}

cudaError_t drain() {
  auto& d = device();
  if (d.capture) {
    d.capture_broken = true;
    return outcome(cudaErrorStreamCaptureUnsupported);
  }
  while (!d.queue.empty() && !d.lost) {
    d.queue.front()();
    d.queue.pop_front();
  }
  if (d.lost) d.queue.clear();
  return outcome();
}

struct Event {
  Clock::time_point at;
};
struct GraphOfWork {
  std::vector<Work> work;
};

cudaError_t launch(cudaKernel_t kernel, dim3, dim3, void** arguments, cudaStream_t) {
  const auto* known = reinterpret_cast<const HostKernel*>(kernel);
  const auto* first = static_cast<const unsigned char*>(arguments[0]);
  const std::vector<unsigned char> copy(first, first + known->argument_bytes);
  ++device().counts.launches;
  submit([known, copy] { known->run(copy.data()); });
  return outcome();
}

const CudnnTable*& real() {
  static const CudnnTable* table = nullptr;
  return table;
}
Descriptor& described() {
  static Descriptor* made = new Descriptor();
  return *made;
}

std::string text_of(cudnnBackendDescriptor_t plan) {
  std::int64_t bytes = 0;
  real()->get(plan, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, 0, &bytes,
              nullptr);
  std::string text(static_cast<std::size_t>(bytes), '\0');
  real()->get(plan, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, bytes, &bytes,
              text.data());
  return text.c_str();
}

void misbehave(const std::string& json, const std::map<std::int64_t, void*>& tensors) {
  const auto& faults = device().faults;
  const auto roles = roles_of(json);
  if (faults.past_end)
    static_cast<unsigned char*>(tensors.at(roles.result))[tensor_bytes(json, roles.result)] = 0;
  if (faults.changes_source) static_cast<unsigned char*>(tensors.at(roles.source))[0] ^= 1;
}

void work_of(const std::string& json, const std::map<std::int64_t, void*>& tensors) {
  auto& d = device();
  if (d.counts.executions++ == d.faults.lost_at || engine_of(json) == d.faults.lost_engine)
    d.lost = true;
  if (d.lost) return;
  const auto result = roles_of(json).result;
  auto* end = static_cast<unsigned char*>(tensors.at(result)) + tensor_bytes(json, result);
  std::array<unsigned char, 4> kept{};  // an element of f32, two of f16
  std::memcpy(kept.data(), end - kept.size(), kept.size());
  run_graph(json, tensors);
  if (d.faults.unwritten) std::memcpy(end - kept.size(), kept.data(), kept.size());
  misbehave(json, tensors);
}

cudnnStatus_t execute(cudnnHandle_t, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack) {
  auto& d = device();
  if (d.lost) return CUDNN_STATUS_EXECUTION_FAILED_CUDART;
  if (d.capture && d.faults.no_capture) {
    d.capture_broken = true;
    return CUDNN_STATUS_EXECUTION_FAILED;
  }
  const auto& [ids, pointers] = d.packs.at(pack);
  std::map<std::int64_t, void*> tensors;
  for (std::size_t i = 0; i < ids.size(); ++i) tensors[ids[i]] = pointers.at(i);
  submit([json = text_of(plan), tensors] { work_of(json, tensors); });
  return CUDNN_STATUS_SUCCESS;
}

/// Where a handle is set, sets the described device instead.
cudnnStatus_t set(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                  cudnnBackendAttributeType_t type, std::int64_t count, const void* values) {
  auto raw = described().raw();
  const auto remember = [&](auto& to) {
    using T = typename std::decay_t<decltype(to)>::value_type;
    const auto* first = static_cast<const T*>(values);
    to.assign(first, first + count);
  };
  if (name == CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS) remember(device().packs[descriptor].ids);
  if (name == CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS) remember(device().packs[descriptor].pointers);
  const bool pads =
      name == CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS || name == CUDNN_ATTR_CONVOLUTION_POST_PADDINGS;
  const auto* first = static_cast<const std::int64_t*>(values);
  if (pads && device().faults.no_padding &&
      std::any_of(first, first + count, [](auto p) { return p > 0; }))
    return CUDNN_STATUS_NOT_SUPPORTED;
  if (name == CUDNN_ATTR_OPERATIONGRAPH_HANDLE) return CUDNN_STATUS_SUCCESS;
  if (name == CUDNN_ATTR_EXECUTION_PLAN_HANDLE)
    return real()->set(descriptor, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP,
                       CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &raw);
  const auto status = real()->set(descriptor, name, type, count, values);
  if (status != CUDNN_STATUS_SUCCESS || name != CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH)
    return status;
  return real()->set(descriptor, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                     &raw);
}

void fill_memory(CudaTable& t) {
  t.malloc = [](void** address, std::size_t bytes) {
    auto& d = device();
    if (d.lost || d.used + bytes > d.faults.memory_bytes) return outcome(cudaErrorMemoryAllocation);
    *address = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    d.memory[*address] = bytes;
    d.used += bytes;
    ++d.counts.allocations;
    return outcome();
  };
  t.free = [](void* address) {
    auto& d = device();
    const auto found = d.memory.find(address);
    if (found == d.memory.end()) return outcome(cudaErrorInvalidValue);
    d.used -= found->second;
    d.memory.erase(found);
    std::free(address);
    return outcome();
  };
  t.memset = [](void* address, int value, std::size_t bytes) {
    std::memset(address, value, bytes);
    return outcome();
  };
  t.memset_async = [](void* address, int value, std::size_t bytes, cudaStream_t) {
    submit([=] { std::memset(address, value, bytes); });
    return outcome();
  };
  t.memcpy = [](void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
    std::memcpy(to, from, bytes);
    return outcome();
  };
}

void fill_stream(CudaTable& t) {
  t.stream_create = [](cudaStream_t* stream, unsigned) {
    *stream = reinterpret_cast<cudaStream_t>(&device());
    return outcome();
  };
  t.stream_synchronize = [](cudaStream_t) { return drain(); };
  t.begin_capture = [](cudaStream_t, cudaStreamCaptureMode) {
    device().capture = new std::vector<Work>();
    device().capture_broken = false;
    return outcome();
  };
  t.end_capture = [](cudaStream_t, cudaGraph_t* graph) {
    auto& d = device();
    auto* made = new GraphOfWork{std::move(*d.capture)};
    delete d.capture;
    d.capture = nullptr;
    *graph = d.capture_broken ? nullptr : reinterpret_cast<cudaGraph_t>(made);
    if (d.capture_broken) delete made;
    return outcome(d.capture_broken ? cudaErrorStreamCaptureInvalidated : cudaSuccess);
  };
  t.graph_instantiate = [](cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
    *exec =
        reinterpret_cast<cudaGraphExec_t>(new GraphOfWork(*reinterpret_cast<GraphOfWork*>(graph)));
    ++device().counts.graphs;
    return outcome();
  };
  t.graph_launch = [](cudaGraphExec_t exec, cudaStream_t) {
    for (const auto& work : reinterpret_cast<GraphOfWork*>(exec)->work) submit(work);
    ++device().counts.graph_launches;
    return outcome();
  };
  t.graph_destroy = [](cudaGraph_t graph) {
    delete reinterpret_cast<GraphOfWork*>(graph);
    return outcome();
  };
  t.graph_exec_destroy = [](cudaGraphExec_t exec) {
    delete reinterpret_cast<GraphOfWork*>(exec);
    return outcome();
  };
  t.event_create = [](cudaEvent_t* event) {
    *event = reinterpret_cast<cudaEvent_t>(new Event{});
    return outcome();
  };
  t.event_destroy = [](cudaEvent_t event) {
    delete reinterpret_cast<Event*>(event);
    return outcome();
  };
  t.event_record = [](cudaEvent_t event, cudaStream_t) {
    submit([event] { reinterpret_cast<Event*>(event)->at = Clock::now(); });
    return outcome();
  };
  t.event_elapsed = [](float* ms, cudaEvent_t first, cudaEvent_t last) {
    *ms = std::chrono::duration<float, std::milli>(reinterpret_cast<Event*>(last)->at -
                                                   reinterpret_cast<Event*>(first)->at)
              .count();
    return outcome();
  };
}

}  // namespace

Faults read_faults(const std::string& text) {
  Faults f;
  std::stringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto equals = part.find('=');
    const auto key = part.substr(0, equals);
    const long value =
        equals == std::string::npos ? 1 : std::strtol(part.c_str() + equals + 1, nullptr, 10);
    if (key == "memory") f.memory_bytes = static_cast<std::size_t>(value);
    if (key == "lost") f.lost_at = value;
    if (key == "lost_engine") f.lost_engine = value;
    if (key == "unwritten") f.unwritten = true;
    if (key == "past_end") f.past_end = true;
    if (key == "changes_source") f.changes_source = true;
    if (key == "no_capture") f.no_capture = true;
    if (key == "no_padding") f.no_padding = true;
  }
  return f;
}

Counts& counts() {
  return device().counts;
}
Faults& faults() {
  return device().faults;
}

std::string description() {
  const char* elsewhere = std::getenv("CONVGAUGE_HOST_GPU_DESCRIPTION");
  std::ifstream in(elsewhere ? elsewhere : CONVGAUGE_CUDNN_TEST_FOLDER "/h200.json");
  return {std::istreambuf_iterator<char>(in), {}};
}

CudaTable cuda() {
  CudaTable t{};
  t.get_device_count = [](int* count) {
    *count = 1;
    return outcome();
  };
  t.get_device_properties = [](cudaDeviceProp* p, int) {
    *p = {};
    std::strcpy(p->name, "a GPU on the host");
    p->totalGlobalMem = device().faults.memory_bytes;
    p->multiProcessorCount = 132;
    p->major = 9;
    p->l2CacheSize = 1 << 20;
    return outcome();
  };
  t.get_attribute = [](int* value, cudaDeviceAttr, int) {
    *value = 1000;
    return outcome();
  };
  t.get_bus_id = [](char* text, int, int) {
    *text = '\0';
    return outcome();
  };
  t.set_device = [](int) { return outcome(); };
  t.driver_version = t.runtime_version = [](int* version) {
    *version = 13000;
    return cudaSuccess;
  };
  t.device_synchronize = [] { return drain(); };
  t.get_last_error = [] {
    const auto last = device().last;
    device().last = device().lost ? cudaErrorIllegalAddress : cudaSuccess;
    return last;
  };
  t.error_name = [](cudaError_t status) {
    return status == cudaErrorIllegalAddress     ? "cudaErrorIllegalAddress"
           : status == cudaErrorMemoryAllocation ? "cudaErrorMemoryAllocation"
                                                 : "an error";
  };
  t.error_string = [](cudaError_t) { return "as the host plays it"; };
  fill_memory(t);
  fill_stream(t);
  t.library_load = [](cudaLibrary_t* library, const void*) {
    *library = reinterpret_cast<cudaLibrary_t>(&device());
    return outcome();
  };
  t.library_kernel = [](cudaKernel_t* kernel, cudaLibrary_t, const char* name) {
    for (auto& known : kernels())
      if (std::strcmp(known.name, name) == 0) {
        *kernel = reinterpret_cast<cudaKernel_t>(const_cast<HostKernel*>(&known));
        return outcome();
      }
    return outcome(cudaErrorSymbolNotFound);
  };
  t.launch = launch;
  return t;
}

CudnnTable cudnn(const CudnnTable& table, const std::string& text) {
  real() = new CudnnTable(table);
  described() = std::move(Target::described(*real(), text).description);
  auto t = table;
  t.create_handle = [](cudnnHandle_t* handle) {
    *handle = reinterpret_cast<cudnnHandle_t>(&device());
    return CUDNN_STATUS_SUCCESS;
  };
  t.set_stream = [](cudnnHandle_t, cudaStream_t) { return CUDNN_STATUS_SUCCESS; };
  t.set = set;
  t.execute = execute;
  return t;
}

}  // namespace convgauge::backends::cudnn::host_gpu
