// Does a number measured through the plugin say what the library does? For some layers, execute()
// through the table and a direct dnnl_primitive_execute of the same implementation on the same
// buffers, in mirrored rounds (A B B A). Prints the ratio's median and its 99% interval (order
// statistics); exits 1 where an upper bound stays beyond 1.01.
#include <convgauge/plugin.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace convgauge::bench {
namespace {

struct Layer {
  const char* name;
  std::int64_t in, out, size, kernel;
};

// ResNet-50's 3x3 and 1x1 at 56x56, its 3x3 at 7x7, and one of some ten microseconds, where a call
// weighs most.
constexpr Layer kLayers[] = {{"64-64 3x3 @56", 64, 64, 56, 3},
                             {"64-256 1x1 @56", 64, 256, 56, 1},
                             {"512-512 3x3 @7", 512, 512, 7, 3},
                             {"16-16 3x3 @14", 16, 16, 14, 3}};

const cvg_backend& backend() {
  void* library = dlopen(ONEDNN_PLUGIN, RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(dlerror());
  std::uint32_t version = 0;
  const auto entry =
      reinterpret_cast<cvg_plugin_entry_function>(dlsym(library, "cvg_plugin_entry"));
  return *entry(CVG_ABI_VERSION, nullptr, &version)->backends[0];
}

cvg_spec spec_of(const Layer& l) {
  cvg_spec s{};
  s.struct_size = sizeof s;
  s.batch = s.groups = 1;
  s.in_channels = l.in;
  s.out_channels = l.out;
  s.h = s.w = {l.size, l.kernel, 1, 1, l.kernel / 2, l.kernel / 2};
  s.layout = CVG_LAYOUT_NATIVE;
  const auto plane = l.size * l.size, taps = l.kernel * l.kernel;
  const std::int64_t src[4] = {l.in * plane, plane, l.size, 1},
                     dst[4] = {l.out * plane, plane, l.size, 1},
                     weights[4] = {l.in * taps, taps, l.kernel, 1};
  std::memcpy(s.src_strides, src, sizeof src);
  std::memcpy(s.dst_strides, dst, sizeof dst);
  std::memcpy(s.weights_strides, weights, sizeof weights);
  return s;
}

struct Free {
  void operator()(void* p) const { std::free(p); }
};

/// A bound plan, and its buffers by role.
struct Bound {
  const cvg_backend& table;
  cvg_plan* plan = nullptr;
  std::string layout, algorithm;
  std::vector<std::unique_ptr<void, Free>> memory;
  void* by_role[16] = {};

  Bound(const cvg_backend& b, const cvg_spec& spec) : table(b) {
    cvg_settings how{};
    how.struct_size = sizeof how;
    how.threads = how.slots = 1;
    how.workspace_limit_bytes = -1;
    std::int32_t reason = 0, count = 0;
    if (table.plan_create(&spec, &how, &plan, &reason, nullptr) != CVG_STATUS_OK)
      throw std::runtime_error("plan_create");
    cvg_requirement needed[8] = {};
    for (auto& n : needed) n.struct_size = sizeof n;
    table.requirements(plan, needed, 8, &count);
    void* addresses[8] = {};
    for (std::int32_t i = 0; i < count; ++i) {
      memory.emplace_back(std::aligned_alloc(64, (needed[i].bytes + 64) / 64 * 64));
      std::memset(memory.back().get(), 0, needed[i].bytes);
      addresses[i] = by_role[needed[i].role] = memory.back().get();
      if (needed[i].role == CVG_ROLE_SRC) layout = needed[i].layout;
    }
    if (table.bind(plan, 0, addresses, count, nullptr) != CVG_STATUS_OK)
      throw std::runtime_error("bind");
    cvg_algorithm named{};
    named.struct_size = sizeof named;
    table.plan_algorithm(plan, &named);
    algorithm = named.name;
  }
  Bound(const Bound&) = delete;
  ~Bound() { table.plan_destroy(plan); }
  void execute() const {
    const std::int32_t slot = 0;
    table.execute(plan, &slot, 1, nullptr, nullptr);
    table.wait(plan, nullptr);
  }
};

/// The same implementation, made and called by hand.
class Direct {
 public:
  Direct(const Layer& l, const Bound& bound) {
    using Memory = dnnl::memory;
    const auto tag = bound.layout == "nChw16c"  ? Memory::format_tag::nChw16c
                     : bound.layout == "nChw8c" ? Memory::format_tag::nChw8c
                     : bound.layout == "nhwc"   ? Memory::format_tag::nhwc
                                                : Memory::format_tag::nchw;
    const auto f32 = Memory::data_type::f32;
    const auto pad = l.kernel / 2;
    const dnnl::convolution_forward::desc wanted(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
        Memory::desc({1, l.in, l.size, l.size}, f32, tag),
        Memory::desc({l.out, l.in, l.kernel, l.kernel}, f32, Memory::format_tag::any),
        Memory::desc({1, l.out, l.size, l.size}, f32, tag), {1, 1}, {0, 0}, {pad, pad}, {pad, pad});
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::convolution_forward::primitive_desc desc(wanted, attr, engine_);
    if (bound.algorithm.find(desc.impl_info_str()) == std::string::npos)
      throw std::runtime_error(bound.algorithm + " is not " + desc.impl_info_str());
    convolution_ = dnnl::convolution_forward(desc);
    void* weights = bound.by_role[CVG_ROLE_PACKED_WEIGHTS];
    add(DNNL_ARG_SRC, desc.src_desc(), bound.by_role[CVG_ROLE_SRC]);
    add(DNNL_ARG_WEIGHTS, desc.weights_desc(), weights ? weights : bound.by_role[CVG_ROLE_WEIGHTS]);
    add(DNNL_ARG_DST, desc.dst_desc(), bound.by_role[CVG_ROLE_DST]);
    if (desc.scratchpad_desc().get_size() > 0)
      add(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), bound.by_role[CVG_ROLE_WORKSPACE]);
  }
  void execute() const {
    dnnl_primitive_execute(convolution_.get(), stream_.get(), static_cast<int>(arguments_.size()),
                           arguments_.data());
    dnnl_stream_wait(stream_.get());
  }

 private:
  void add(int kind, const dnnl::memory::desc& desc, void* address) {
    memories_.emplace_back(desc, engine_, address);
    arguments_.push_back({kind, memories_.back().get()});
  }
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::convolution_forward convolution_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

template <class Runner>
double seconds(const Runner& runner, int executions) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < executions; ++i) runner.execute();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Ratio {
  double median, low, high;
};

/// The median of the ratios, and the order statistics around it that hold it with 99% (normal
/// approximation of the binomial: n/2 -+ 2.576 sqrt(n)/2).
Ratio summary(std::vector<double> ratios) {
  std::sort(ratios.begin(), ratios.end());
  const double n = static_cast<double>(ratios.size()), half = 2.576 * std::sqrt(n) / 2;
  const auto at = [&](double i) {
    return ratios[static_cast<std::size_t>(std::clamp(i, 0.0, n - 1))];
  };
  return {at(n / 2), at(std::floor(n / 2 - half)), at(std::ceil(n / 2 + half))};
}

/// Appends `rounds` ratios of the plugin's time to the direct one's.
void measure(const Bound& plugin, const Direct& direct, int executions, int rounds,
             std::vector<double>& ratios) {
  for (int i = 0; i < rounds; ++i) {
    double table = seconds(plugin, executions), bare = seconds(direct, executions);
    bare += seconds(direct, executions), table += seconds(plugin, executions);
    ratios.push_back(table / bare);
  }
}

/// A noisy machine gets more rounds, up to 1600; no round is ever dropped, so that looking again
/// cannot help a slow one.
bool is_faithful(const cvg_backend& table, const Layer& layer) {
  const Bound plugin(table, spec_of(layer));
  const Direct direct(layer, plugin);
  seconds(direct, 20), seconds(plugin, 20);
  const int executions = std::max(1, static_cast<int>(2e-3 / (seconds(direct, 5) / 5)));
  std::vector<double> ratios;
  Ratio r{};
  for (int rounds = 200; rounds <= 800; rounds *= 2) {
    measure(plugin, direct, executions, rounds, ratios);
    r = summary(ratios);
    if (r.high <= 1.01) break;
  }
  std::printf("%-15s %-34s plugin/direct %.4f, 99%% interval %.4f to %.4f (%zu rounds)\n",
              layer.name, plugin.algorithm.c_str(), r.median, r.low, r.high, ratios.size());
  return r.high <= 1.01;
}

}  // namespace
}  // namespace convgauge::bench

int main() {
  using namespace convgauge::bench;
  const auto& table = backend();
  bool all = true;
  for (const auto& layer : kLayers) all = is_faithful(table, layer) && all;
  return all ? 0 : 1;
}
