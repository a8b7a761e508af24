// Runs one faulty plugin without convgauge, in a child process with guard pages, and prints what
// happened: shows that a fixture really does what its name says, and that the correct base is
// correct. Its loops are its own, in double.
//   probe PLUGIN.so [nhwc] [zeros|reflect|replicate|circular]
#include <convgauge/plugin.h>
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

/// n2c6h9w11_o8k3x2s2x1p1x2.0d1x2g2, as in expectations.json.
cvg_spec odd_problem(bool nhwc, cvg_padding padding_mode) {
  cvg_spec s{};
  s.struct_size = sizeof s;
  s.batch = 2, s.in_channels = 6, s.out_channels = 8, s.groups = 2, s.bias = 1;
  s.h = {9, 3, 2, 1, 1, 1};
  s.w = {11, 2, 1, 2, 2, 0};
  s.padding_mode = padding_mode;
  s.layout = nhwc ? CVG_LAYOUT_NHWC : CVG_LAYOUT_NCHW;
  const auto strides = [nhwc](int64_t* out, int64_t c, int64_t h, int64_t w) {
    const std::array<int64_t, 4> a = nhwc ? std::array<int64_t, 4>{c * h * w, 1, w * c, c}
                                          : std::array<int64_t, 4>{c * h * w, h * w, w, 1};
    std::copy(a.begin(), a.end(), out);
  };
  strides(s.src_strides, 6, 9, 11);
  strides(s.dst_strides, 8, 5, 11);
  const int64_t weights[4] = {18, 6, 2, 1};
  std::copy(weights, weights + 4, s.weights_strides);
  return s;
}

/// Value of the padded source, or 0 where the padding is a zero. One step of each mode is enough
/// for this problem.
int64_t source(int64_t i, int64_t size, cvg_padding mode) {
  if (i >= 0 && i < size) return i;
  if (mode == CVG_PADDING_REFLECT) return i < 0 ? -i : 2 * size - 2 - i;
  if (mode == CVG_PADDING_REPLICATE) return i < 0 ? 0 : size - 1;
  if (mode == CVG_PADDING_CIRCULAR) return i < 0 ? i + size : i - size;
  return -1;
}

double want(const cvg_spec& s, const float* src, const float* weights, const float* bias,
            std::array<int64_t, 4> at) {
  const auto [n, o, y, x] = at;
  double sum = static_cast<double>(bias[o]);
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t k = 0; k < 3; ++k)
      for (int64_t l = 0; l < 2; ++l) {
        const int64_t h = source(2 * y + k - 1, 9, s.padding_mode),
                      w = source(x + 2 * l - 2, 11, s.padding_mode);
        if (h < 0 || w < 0) continue;
        const int64_t c = o / 4 * 3 + i, *st = s.src_strides;
        sum += static_cast<double>(weights[o * 18 + i * 6 + k * 2 + l]) *
               static_cast<double>(src[n * st[0] + c * st[1] + h * st[2] + w * st[3]]);
      }
  return sum;
}

/// Memory that ends (or begins) exactly at pages that may not be touched.
unsigned char* guarded(std::size_t bytes, bool at_end) {
  const std::size_t page = 4096, body = (bytes + page - 1) / page * page;
  auto* base = static_cast<unsigned char*>(
      mmap(nullptr, body + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(base, page, PROT_NONE);
  mprotect(base + page + body, page, PROT_NONE);
  return base + page + (at_end ? body - bytes : 0);
}

void protect(const unsigned char* address, std::size_t bytes, int protection) {
  const auto first = reinterpret_cast<std::uintptr_t>(address) & ~std::uintptr_t{4095};
  const auto last =
      (reinterpret_cast<std::uintptr_t>(address) + bytes + 4095) & ~std::uintptr_t{4095};
  mprotect(reinterpret_cast<void*>(first), last - first, protection);
}

struct Report {
  FILE* out;
  char note[256] = {};
  cvg_note why{note, sizeof note};
  [[noreturn]] void end(const std::string& text) {
    std::fprintf(out, "%s\n", text.c_str());
    std::fflush(out);
    _exit(77);
  }
  void check(cvg_status status, const char* call) {
    if (status != CVG_STATUS_OK)
      end(std::string(call) + " status " + std::to_string(status) + ": " + note);
  }
};

void fill(unsigned char* at, std::size_t bytes, uint64_t seed) {
  for (std::size_t i = 0; i + 4 <= bytes; i += 4) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const float value = static_cast<float>(static_cast<double>(seed >> 40) / (1 << 23) - 1);
    std::memcpy(at + i, &value, 4);
  }
}

struct Buffer {
  unsigned char* address = nullptr;
  std::size_t bytes = 0;
};

/// How many outputs are wrong (beyond the rounding of 19 terms), and how many were left unwritten.
std::string judge(const cvg_spec& s, const std::array<Buffer, 11>& b) {
  const auto as_floats = [&](cvg_role role) {
    return reinterpret_cast<const float*>(b[static_cast<std::size_t>(role)].address);
  };
  int wrong = 0, unwritten = 0;
  for (int64_t i = 0; i < 880; ++i) {
    const std::array<int64_t, 4> at{i / 440, i / 55 % 8, i / 11 % 5, i % 11};
    const int64_t* st = s.dst_strides;
    const float got =
        as_floats(CVG_ROLE_DST)[at[0] * st[0] + at[1] * st[1] + at[2] * st[2] + at[3] * st[3]];
    const double right =
        want(s, as_floats(CVG_ROLE_SRC), as_floats(CVG_ROLE_WEIGHTS), as_floats(CVG_ROLE_BIAS), at);
    uint32_t bits = 0;
    std::memcpy(&bits, &got, 4);
    unwritten += bits == 0xffffffffu;
    wrong += !(std::abs(static_cast<double>(got) - right) <= 1e-5);
  }
  return std::to_string(wrong) + " wrong, " + std::to_string(unwritten) + " unwritten";
}

void run(const char* file, const cvg_spec& spec, bool at_end, FILE* out) {
  Report report{.out = out};
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) report.end(std::string("not loaded: ") + dlerror());
  const auto entry =
      reinterpret_cast<cvg_plugin_entry_function>(dlsym(library, "cvg_plugin_entry"));
  if (!entry) report.end("no entry");
  uint32_t version = 0;
  const cvg_host host{
      .struct_size = sizeof host, .version = "probe", .log = nullptr, .extension = nullptr};
  const auto* plugin = entry(CVG_ABI_VERSION, &host, &version);
  if (!plugin || plugin->abi_version != CVG_ABI_VERSION)
    report.end("version not met, the plugin's is " + std::to_string(version));
  const auto& b = *plugin->backends[0];
  cvg_settings settings{};
  settings.struct_size = sizeof settings;
  settings.threads = settings.slots = 1;
  settings.workspace_limit_bytes = -1;
  cvg_reason reason = CVG_REASON_NONE;
  report.check(b.query(&spec, &settings, &reason, &report.why), "query");
  cvg_plan* plan = nullptr;
  report.check(b.plan_create(&spec, &settings, &plan, &reason, &report.why), "plan_create");
  std::array<cvg_requirement, 8> needs{};
  int32_t count = 0;
  b.requirements(plan, needs.data(), 8, &count);
  std::array<Buffer, 11> buffers{};
  std::vector<void*> addresses;
  for (int32_t i = 0; i < count; ++i) {
    const auto& need = needs[static_cast<std::size_t>(i)];
    auto& buffer =
        buffers[static_cast<std::size_t>(need.role)] = {guarded(need.bytes, at_end), need.bytes};
    addresses.push_back(buffer.address);
  }
  report.check(b.bind(plan, 0, addresses.data(), count, &report.why), "bind");
  std::string text;
  for (uint64_t round = 0; round < 2;
       ++round) {  // the second with changed contents at the same addresses
    for (const cvg_role role : {CVG_ROLE_SRC, CVG_ROLE_WEIGHTS, CVG_ROLE_BIAS}) {
      const auto& in = buffers[static_cast<std::size_t>(role)];
      protect(in.address, in.bytes, PROT_READ | PROT_WRITE);
      fill(in.address, in.bytes, 10 * round + static_cast<uint64_t>(role) + 1);
      protect(in.address, in.bytes, PROT_READ);
    }
    for (const cvg_role role : {CVG_ROLE_DST, CVG_ROLE_WORKSPACE})
      if (auto& o = buffers[static_cast<std::size_t>(role)]; o.address)
        std::memset(o.address, 0xff, o.bytes);
    const cvg_tensors tensors{};
    report.check(b.prepare_weights(plan, 0, &tensors, &report.why), "prepare_weights");
    const int32_t slot = 0;
    report.check(b.execute(plan, &slot, 1, nullptr, &report.why), "execute");
    report.check(b.wait(plan, &report.why), "wait");
    text += (round ? "; then " : "") + judge(spec, buffers);
  }
  b.plan_destroy(plan);
  report.end(text);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  bool nhwc = false;
  cvg_padding mode = CVG_PADDING_ZEROS;
  constexpr const char* kModes[] = {"zeros", "reflect", "replicate", "circular"};
  for (int i = 2; i < argc; ++i) {
    nhwc = nhwc || std::string(argv[i]) == "nhwc";
    for (int32_t m = 0; m < 4; ++m)
      if (std::string(argv[i]) == kModes[m]) mode = m;
  }
  for (const bool at_end : {true, false}) {
    FILE* answer = std::tmpfile();
    const pid_t child = fork();
    if (child == 0) {
      alarm(5);
      run(argv[1], odd_problem(nhwc, mode), at_end, answer);
    }
    int status = 0;
    waitpid(child, &status, WUNTRACED);
    if (WIFSTOPPED(status))
      std::printf("stopped\n"), kill(child, SIGKILL);
    else if (WIFSIGNALED(status))
      std::printf("signal %d\n", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 77)
      std::printf("exit %d\n", WEXITSTATUS(status));
    std::rewind(answer);
    char line[512];
    while (std::fgets(line, sizeof line, answer)) std::fputs(line, stdout);
    std::fclose(answer);
  }
}
