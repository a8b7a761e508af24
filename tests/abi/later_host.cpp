// A host of a later time, whose structs have more fields than those that the plugin was compiled
// with: later_host FILE. The plugin must step over its arrays by the host's struct_size, write
// nothing beyond what it knows, and still be right.
#include <convgauge/plugin.h>
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr unsigned char kLater = 0x77;  // what the fields of later times hold

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}
void demand(bool condition, const std::string& what) {
  if (!condition) fail(what);
}

/// A struct of this header, followed by fields that it does not know.
template <class T>
struct Later {
  T known{};
  unsigned char tail[64];
  Later() {
    std::memset(tail, kLater, sizeof tail);
    known.struct_size = sizeof *this;
  }
  void check(const char* what) const {
    for (const auto byte : tail) demand(byte == kLater, std::string(what) + " was written beyond");
    demand(known.struct_size == sizeof *this, std::string(what) + ": struct_size was changed");
  }
};
template <class T>
void check(const std::vector<Later<T>>& list, const char* what) {
  for (const auto& each : list) each.check(what);
}

/// 1 x 2 x 5 x 5 ones, two 3 x 3 kernels of ones, padding 1, bias 100: each output counts the taps
/// inside both channels, plus 100.
Later<cvg_spec> counting_spec(cvg_layout layout) {
  Later<cvg_spec> later;
  auto& s = later.known;
  s.batch = s.groups = 1;
  s.in_channels = s.out_channels = 2;
  s.h = s.w = {5, 3, 1, 1, 1, 1};
  s.bias = 1;
  s.layout = layout;
  const std::int64_t nchw[4] = {50, 25, 5, 1}, nhwc[4] = {50, 1, 10, 2}, kernel[4] = {18, 9, 3, 1};
  std::memcpy(s.src_strides, layout == CVG_LAYOUT_NHWC ? nhwc : nchw, sizeof nchw);
  std::memcpy(s.dst_strides, s.src_strides, sizeof nchw);
  std::memcpy(s.weights_strides, kernel, sizeof kernel);
  return later;
}

struct Tensors {
  std::vector<float> src = std::vector<float>(50 + 4, 1), weights = std::vector<float>(36 + 4, 1),
                     bias = std::vector<float>(2 + 4, 100), dst = std::vector<float>(50 + 4, -1);
  void* of(cvg_role role) {
    return role == CVG_ROLE_SRC       ? src.data()
           : role == CVG_ROLE_WEIGHTS ? weights.data()
           : role == CVG_ROLE_BIAS    ? bias.data()
           : role == CVG_ROLE_DST     ? dst.data()
                                      : nullptr;
  }
  bool right(const cvg_spec& s) const {
    for (std::int64_t o = 0; o < 2; ++o)
      for (std::int64_t y = 0; y < 5; ++y)
        for (std::int64_t x = 0; x < 5; ++x) {
          const auto taps = 2 * (y == 0 || y == 4 ? 2 : 3) * (x == 0 || x == 4 ? 2 : 3);
          const auto at = o * s.dst_strides[1] + y * s.dst_strides[2] + x * s.dst_strides[3];
          if (dst[static_cast<std::size_t>(at)] != static_cast<float>(100 + taps)) return false;
        }
    return true;
  }
};

class Life {
 public:
  Life(const cvg_backend& backend, cvg_layout layout)
      : backend_(backend), spec_(counting_spec(layout)) {}

  /// False where the backend refuses the layout.
  bool run() {
    Later<cvg_settings> settings;
    settings.known.threads = settings.known.slots = 1;
    settings.known.workspace_limit_bytes = -1;
    cvg_reason reason = CVG_REASON_NONE;
    const auto asked = backend_.query(&spec_.known, &settings.known, &reason, &note_);
    if (asked == CVG_STATUS_REFUSED) return false;
    ok(asked, "query");
    std::int32_t count = 0;
    ok(backend_.algorithms(&spec_.known, &settings.known, nullptr, 0, &count, &note_),
       "algorithms");
    std::vector<Later<cvg_algorithm>> algorithms(static_cast<std::size_t>(count));
    ok(backend_.algorithms(&spec_.known, &settings.known, &algorithms[0].known, count, &count,
                           &note_),
       "algorithms");
    check(algorithms, "algorithms");
    for (const auto& a : algorithms) {
      settings.known.algorithm = a.known.name;
      one(settings);
    }
    return true;
  }

 private:
  void ok(cvg_status status, const char* function) {
    demand(status == CVG_STATUS_OK, std::string(function) + ": " + text_);
  }

  void one(const Later<cvg_settings>& settings) {
    cvg_reason reason = CVG_REASON_NONE;
    ok(backend_.plan_create(&spec_.known, &settings.known, &plan_, &reason, &note_), "plan_create");
    Later<cvg_algorithm> algorithm;
    ok(backend_.plan_algorithm(plan_, &algorithm.known), "plan_algorithm");
    algorithm.check("plan_algorithm");
    demand(std::strcmp(algorithm.known.name, settings.known.algorithm) == 0, "another algorithm");
    std::int32_t count = 0;
    ok(backend_.requirements(plan_, nullptr, 0, &count), "requirements");
    std::vector<Later<cvg_requirement>> needs(static_cast<std::size_t>(count));
    ok(backend_.requirements(plan_, &needs[0].known, count, &count), "requirements");
    check(needs, "requirements");
    Tensors tensors;
    std::vector<void*> addresses;
    for (const auto& need : needs) addresses.push_back(address(need.known, tensors));
    ok(backend_.bind(plan_, 0, addresses.data(), count, &note_), "bind");
    execute(tensors);
    demand(tensors.right(spec_.known), std::string(algorithm.known.name) + ": a wrong result");
    backend_.plan_destroy(plan_);
  }

  void execute(Tensors& t) {
    Later<cvg_tensors> host;
    host.known.src = t.src.data(), host.known.weights = t.weights.data();
    host.known.bias = t.bias.data(), host.known.dst = t.dst.data();
    Later<cvg_timing> timing;
    const std::int32_t slot = 0;
    ok(backend_.prepare_weights(plan_, 0, &host.known, &note_), "prepare_weights");
    ok(backend_.upload(plan_, 0, &host.known, &note_), "upload");
    ok(backend_.execute(plan_, &slot, 1, &timing.known, &note_), "execute");
    ok(backend_.wait(plan_, &note_), "wait");
    ok(backend_.fetch(plan_, 0, &host.known, &note_), "fetch");
    timing.check("timing");
  }

  void* address(const cvg_requirement& need, Tensors& tensors) {
    if (need.memory_kind == CVG_MEMORY_LIBRARY) return nullptr;
    if (need.form == CVG_FORM_TENSOR) return tensors.of(need.role);
    if (need.memory_kind == CVG_MEMORY_HOST) {
      memory_.emplace_back(need.bytes + need.overread_bytes + need.alignment);
      void* at = memory_.back().data();
      std::size_t room = memory_.back().size();
      return std::align(need.alignment, need.bytes, at, room);
    }
    void* at = nullptr;
    ok(backend_.memory_alloc(0, need.memory_kind, need.bytes, need.alignment, &at, &note_),
       "memory_alloc");
    return at;
  }

  const cvg_backend& backend_;
  Later<cvg_spec> spec_;
  cvg_plan* plan_ = nullptr;
  std::vector<std::vector<unsigned char>> memory_;
  char text_[256] = "";
  cvg_note note_{text_, sizeof text_};
};

void use(const cvg_backend& backend) {
  Later<cvg_device> device;
  demand(backend.device_info(0, &device.known, nullptr) == CVG_STATUS_OK, "device_info");
  device.check("device_info");
  std::int32_t count = 0;
  demand(backend.options(nullptr, 0, &count) == CVG_STATUS_OK, "options");
  if (count > 0) {
    std::vector<Later<cvg_option_info>> options(static_cast<std::size_t>(count));
    demand(backend.options(&options[0].known, count, &count) == CVG_STATUS_OK, "options");
    check(options, "options");
  }
  int ran = 0;
  for (const auto layout : {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC, CVG_LAYOUT_NATIVE})
    ran += Life(backend, layout).run();
  demand(ran > 0, std::string(backend.name) + " refuses every layout");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) fail("usage: later_host FILE");
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) fail(dlerror());
  const auto entry =
      reinterpret_cast<cvg_plugin_entry_function>(dlsym(library, "cvg_plugin_entry"));
  demand(entry != nullptr, "no cvg_plugin_entry");
  Later<cvg_host> host;
  std::uint32_t version = 0;
  demand(!entry(CVG_ABI_VERSION + 1, &host.known, &version) && version == CVG_ABI_VERSION,
         "another version is not refused");
  const auto* plugin = entry(CVG_ABI_VERSION, &host.known, &version);
  demand(plugin != nullptr, "no table");
  for (std::int32_t i = 0; i < plugin->backend_count; ++i) use(*plugin->backends[i]);
}
