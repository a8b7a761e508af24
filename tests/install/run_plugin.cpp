// Opens a plugin as a host would and runs one convolution whose result is known without a
// reference: run_plugin FILE NAME.
#include <convgauge/plugin.h>
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace {

int fail(const char* what, const char* why = "") {
  std::fprintf(stderr, "%s %s\n", what, why);
  return 1;
}

/// 1 x 1 x 5 x 5 ones, a 3 x 3 kernel of ones, padding 1, bias 100: each output counts the taps
/// inside, plus 100.
cvg_spec counting_spec() {
  cvg_spec s{};
  s.struct_size = sizeof s;
  s.batch = s.in_channels = s.out_channels = s.groups = 1;
  s.h = s.w = {5, 3, 1, 1, 1, 1};
  s.bias = 1;
  const std::int64_t image[4] = {25, 25, 5, 1}, kernel[4] = {9, 9, 3, 1};
  std::memcpy(s.src_strides, image, sizeof image);
  std::memcpy(s.dst_strides, image, sizeof image);
  std::memcpy(s.weights_strides, kernel, sizeof kernel);
  return s;
}

bool counts_taps(const std::vector<float>& dst) {
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 5; ++x) {
      const int taps = (y == 0 || y == 4 ? 2 : 3) * (x == 0 || x == 4 ? 2 : 3);
      if (dst[static_cast<std::size_t>(y * 5 + x)] != 100.0f + static_cast<float>(taps))
        return false;
    }
  return true;
}

int run(const cvg_backend& backend) {
  const auto spec = counting_spec();
  cvg_settings settings{};
  settings.struct_size = sizeof settings;
  settings.threads = settings.slots = 1;
  settings.workspace_limit_bytes = -1;
  char text[256] = "";
  cvg_note note{text, sizeof text};
  cvg_reason reason = CVG_REASON_NONE;
  std::int32_t count = 0;
  cvg_plan* plan = nullptr;
  if (backend.plan_create(&spec, &settings, &plan, &reason, &note) != CVG_STATUS_OK)
    return fail("plan_create:", text);
  std::vector<float> src(25, 1), weights(9, 1), bias{100}, dst(25, -1);
  void* addresses[] = {src.data(), weights.data(), bias.data(), dst.data()};
  backend.requirements(plan, nullptr, 0, &count);
  if (count != 4) return fail("the template needs four buffers: src, weights, bias, dst");
  const std::int32_t slot = 0;
  if (backend.bind(plan, 0, addresses, 4, &note) != CVG_STATUS_OK) return fail("bind:", text);
  if (backend.execute(plan, &slot, 1, nullptr, &note) != CVG_STATUS_OK)
    return fail("execute:", text);
  if (backend.wait(plan, &note) != CVG_STATUS_OK) return fail("wait:", text);
  backend.plan_destroy(plan);
  return counts_taps(dst) ? 0 : fail("the result is wrong");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return fail("usage: run_plugin FILE BACKEND");
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) return fail("dlopen:", dlerror());
  const auto entry =
      reinterpret_cast<cvg_plugin_entry_function>(dlsym(library, "cvg_plugin_entry"));
  if (!entry) return fail("no cvg_plugin_entry");
  std::uint32_t version = 0;
  const auto* plugin = entry(CVG_ABI_VERSION, nullptr, &version);
  if (!plugin) return fail("another ABI version");
  for (std::int32_t i = 0; i < plugin->backend_count; ++i)
    if (std::strcmp(plugin->backends[i]->name, argv[2]) == 0) return run(*plugin->backends[i]);
  return fail("no backend named", argv[2]);
}
