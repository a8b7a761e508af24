// Does each planted bug show itself at the problem that its row names, and are the right ones
// right? Every plugin is run through the bare interface, and held against the definition in double:
// nothing of the harness but core stands between, so that this is said of the bugs, not of the
// suite that hunts them.
//
//   zoo_prover PLUGIN.so ...
//
// Prints a line for each row with a problem, and exits with 1 where a bug does not show itself or a
// right one is wrong.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "../../conformance/abi_smoke/problem.hpp"

namespace {

using namespace convgauge;
using smoke::Random;
using Bytes = std::vector<std::byte>;
using Index = std::int64_t;

enum class Fill { whole, normal, nonfinite, range, large, subnormal };
constexpr const char* kFills[] = {"whole", "normal", "nonfinite", "range", "large", "subnormal"};

/// One element of the weights or, `wide`, of another tensor. Whole numbers are small enough that
/// sums are exact.
double drawn(Random& random, Fill fill, bool wide, const Spec& s) {
  std::normal_distribution<double> normal;
  const bool half = s.src_type == Dtype::f16;
  const double terms = static_cast<double>(s.terms()), one = normal(random),
               scaled = wide ? one : one / std::sqrt(terms);
  switch (fill) {
    case Fill::whole:
      return static_cast<double>(
          smoke::between(random, terms < 500 ? -3 : -2, terms < 500 ? 9 : 2));
    case Fill::range:
      return one *
             std::exp2(static_cast<double>(smoke::between(random, half ? -7 : -40, half ? 4 : 40)));
    case Fill::large:
      return one * (half ? 200 : 0x1p58);
    case Fill::subnormal:
      return wide ? one * (half ? 1e-6 : 1e-39) : scaled;
    default:
      return scaled;
  }
}

/// By role, in the order of cvg_role; empty where the direction has no such tensor.
struct Tensors {
  Bytes of[8];
};

Tensors tensors(Random& random, const Spec& s, Fill fill) {
  Tensors made;
  for (const auto role : kTensorRoles) {
    auto& bytes = made.of[index_of(role)];
    bytes.resize(s.reads(role) || s.writes(role) ? s.bytes(role) : 0, std::byte{0xff});
    if (!s.reads(role)) continue;
    const bool wide = role != TensorRole::weights;
    const auto count = static_cast<Index>(bytes.size() / size_of(s.type(role)));
    for (Index i = 0; i < count; ++i)
      store(s.type(role), bytes.data(), i, drawn(random, fill, wide, s));
    if (fill == Fill::nonfinite &&
        role == (s.reads(TensorRole::src) ? TensorRole::src : TensorRole::diff_dst)) {
      store(s.type(role), bytes.data(), count - 1, std::numeric_limits<double>::infinity());
      store(s.type(role), bytes.data(), count / 2, std::numeric_limits<double>::quiet_NaN());
    }
  }
  return made;
}

struct Sum {
  double want = 0, magnitude = 0;
  double terms = 0;
  void add(double term) { want += term, magnitude += std::abs(term), ++terms; }
};

/// Every element that the direction writes, by the definition: the result, then diff_bias.
std::vector<Sum> definition(const Spec& s, const Tensors& t) {
  const auto& g = s.geometry;
  const auto src = s.src_strides(), weights = s.weights_strides(), dst = s.dst_strides();
  const auto value = [&](TensorRole role, Index i) {
    return load(s.type(role), t.of[index_of(role)].data(), i);
  };
  const auto results = static_cast<std::size_t>(elements(s.shape(s.result())));
  std::vector<Sum> sums(static_cast<std::size_t>(s.written_elements()));
  const auto sum = [&](Index i) -> Sum& { return sums[static_cast<std::size_t>(i)]; };
  const auto out = g.dst_shape();
  for (Index n = 0; n < out[0]; ++n)
    for (Index o = 0; o < out[1]; ++o)
      for (Index y = 0; y < out[2]; ++y)
        for (Index x = 0; x < out[3]; ++x) {
          const auto d = smoke::at(dst, n, o, y, x);
          if (g.bias && s.direction == Direction::forward) sum(d).add(value(TensorRole::bias, o));
          if (g.bias && s.direction == Direction::backward_weights)
            sum(static_cast<Index>(results) + o).add(value(TensorRole::diff_dst, d));
          for (Index k = 0; k < g.h.kernel; ++k)
            for (Index l = 0; l < g.w.kernel; ++l) {
              const auto h = smoke::reads(g.h, g.padding_mode, g.h.source(y, k)),
                         w = smoke::reads(g.w, g.padding_mode, g.w.source(x, l));
              if (h < 0 || w < 0) continue;
              for (Index i = 0; i < g.group_inputs(); ++i) {
                const auto c = o / g.group_outputs() * g.group_inputs() + i;
                const auto a = smoke::at(src, n, c, h, w), b = smoke::at(weights, o, i, k, l);
                if (s.direction == Direction::forward)
                  sum(d).add(value(TensorRole::src, a) * value(TensorRole::weights, b));
                else if (s.direction == Direction::backward_data)
                  sum(a).add(value(TensorRole::weights, b) * value(TensorRole::diff_dst, d));
                else
                  sum(b).add(value(TensorRole::src, a) * value(TensorRole::diff_dst, d));
              }
            }
        }
  return sums;
}

/// Whether `got` is what plugin.h allows to class direct for this sum.
bool allowed(const Spec& s, Fill fill, bool flushes, const Sum& sum, double got) {
  const auto type = s.src_type;
  if (!std::isfinite(sum.want)) return std::isnan(sum.want) ? std::isnan(got) : got == sum.want;
  if (fill == Fill::whole) return got == rounded(type, sum.want);
  const double u = unit_roundoff(s.accumulator_type), n = sum.terms + 1,
               least = smallest_normal(type);
  double error = std::min(n * u / (1 - n * u), (8 * std::sqrt(n) + 4) * u) * sum.magnitude +
                 unit_roundoff(type) * std::abs(sum.want);
  error += flushes ? n * least : n * 2 * unit_roundoff(type) * least;
  if (std::isinf(rounded(type, std::abs(sum.want) + error)))  // f16 at the end of its range
    return std::isinf(rounded(type, std::abs(sum.want) - error)) ? got == rounded(type, sum.want)
                                                                 : true;
  return std::abs(got - sum.want) <= error;
}

/// Memory that ends, or begins, at an inaccessible page.
class Guarded {
 public:
  Guarded(std::size_t bytes, std::size_t alignment, bool at_end) : bytes_(bytes) {
    const std::size_t page = static_cast<std::size_t>(getpagesize()),
                      inner = (bytes + page) / page * page;
    auto* base = static_cast<unsigned char*>(
        mmap(nullptr, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base == MAP_FAILED || mprotect(base + page, inner, PROT_READ | PROT_WRITE) != 0)
      throw std::runtime_error("no memory");
    start_ = base + page + (at_end ? (inner - bytes) / alignment * alignment : 0);
    poison();
  }
  void poison() { std::memset(start_, 0xff, bytes_); }
  void* data() { return start_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_;
  unsigned char* start_;
};

/// A plan of two slots, which stays open until the process ends.
class Plan {
 public:
  Plan(const cvg_backend& backend, const Spec& spec, int threads, bool at_end)
      : backend_(backend), spec_(spec) {
    auto abi = smoke::to_abi(spec);
    abi.direction = static_cast<std::int32_t>(spec.direction);
    cvg_settings how{};
    how.struct_size = sizeof how;
    how.threads = threads;
    how.slots = 2;
    how.workspace_limit_bytes = -1;
    char text[256] = "";
    cvg_note note{text, sizeof text};
    cvg_reason reason = CVG_REASON_NONE;
    demand(backend.plan_create(&abi, &how, &plan_, &reason, &note), text);
    std::int32_t count = 0;
    backend.requirements(plan_, nullptr, 0, &count);
    requirements_.resize(static_cast<std::size_t>(count));
    for (auto& r : requirements_) r.struct_size = sizeof r;
    backend.requirements(plan_, requirements_.data(), count, &count);
    for (std::int32_t slot = 0; slot < 2; ++slot) {
      std::vector<void*> addresses;
      for (const auto& r : requirements_)
        addresses.push_back(
            buffers_[slot]
                .emplace_back(r.bytes, std::max<std::size_t>(r.alignment, 1), at_end)
                .data());
      demand(backend.bind(plan_, slot, addresses.data(), count, nullptr), "bind");
    }
  }

  /// Copies what the direction reads; the weights only where `prepare`.
  void load(std::int32_t slot, const Tensors& t, bool prepare) {
    cvg_tensors host{sizeof host,    t.of[0].data(),
                     t.of[1].data(), spec_.geometry.bias ? t.of[2].data() : nullptr,
                     t.of[7].data(), nullptr,
                     nullptr,        nullptr,
                     nullptr};
    for (std::size_t i = 0; i < requirements_.size(); ++i) {
      const auto role = static_cast<std::size_t>(requirements_[i].role);
      if (role >= 8) continue;
      const bool constant = role == CVG_ROLE_WEIGHTS || role == CVG_ROLE_BIAS;
      if (!spec_.reads(kTensorRoles[role]) || (constant && !prepare)) continue;
      std::memcpy(buffers_[slot][i].data(), t.of[role].data(), t.of[role].size());
    }
    if (prepare) demand(backend_.prepare_weights(plan_, slot, &host, nullptr), "prepare_weights");
    demand(backend_.upload(plan_, slot, &host, nullptr), "upload");
  }

  void execute() {
    for (auto& slot : buffers_)
      for (std::size_t i = 0; i < requirements_.size(); ++i)
        if (writes(requirements_[i].role)) slot[i].poison();
    const std::int32_t slots[] = {0, 1};
    demand(backend_.execute(plan_, slots, 2, nullptr, nullptr), "execute");
    demand(backend_.wait(plan_, nullptr), "wait");
  }

  /// What the direction wrote: the result, then diff_bias.
  Bytes written(std::int32_t slot) {
    Bytes all;
    for (const auto role : {spec_.result(), TensorRole::diff_bias})
      for (std::size_t i = 0; i < requirements_.size() && spec_.writes(role); ++i)
        if (static_cast<std::size_t>(requirements_[i].role) == index_of(role)) {
          const auto* begin = static_cast<const std::byte*>(buffers_[slot][i].data());
          all.insert(all.end(), begin, begin + buffers_[slot][i].bytes());
        }
    return all;
  }
  bool inputs_are(std::int32_t slot, const Tensors& t) {
    for (std::size_t i = 0; i < requirements_.size(); ++i) {
      const auto role = static_cast<std::size_t>(requirements_[i].role);
      if (role < 8 && spec_.reads(kTensorRoles[role]) &&
          std::memcmp(buffers_[slot][i].data(), t.of[role].data(), t.of[role].size()) != 0)
        return false;
    }
    return true;
  }
  bool flushes() const {
    cvg_algorithm a{};
    a.struct_size = sizeof a;
    backend_.plan_algorithm(plan_, &a);
    return a.flushes_subnormals != 0;
  }

 private:
  bool writes(cvg_role role) const {
    return role >= 8 || spec_.writes(kTensorRoles[static_cast<std::size_t>(role)]);
  }
  static void demand(cvg_status status, const char* what) {
    if (status != CVG_STATUS_OK)
      throw std::runtime_error(std::string("refused or failed: ") + what);
  }

  const cvg_backend& backend_;
  Spec spec_;
  cvg_plan* plan_ = nullptr;
  std::vector<cvg_requirement> requirements_;
  std::vector<Guarded> buffers_[2];
};

/// What is wrong with what a slot holds; empty if nothing is.
std::string wrong(const Spec& s, Fill fill, Plan& plan, std::int32_t slot, const Tensors& t) {
  if (!plan.inputs_are(slot, t)) return "an input was written";
  const auto sums = definition(s, t);
  const auto got = plan.written(slot);
  std::size_t count = 0;
  for (std::size_t i = 0; i < sums.size(); ++i)
    count += !allowed(s, fill, plan.flushes(), sums[i],
                      load(s.src_type, got.data(), static_cast<Index>(i)));
  return count ? std::to_string(count) + " of " + std::to_string(sums.size()) + " wrong" : "";
}

/// Every fill: fresh weights; another source; one element of the source; the same once more; and
/// with normal numbers, twenty executions.
std::string wrong(const cvg_backend& backend, const Spec& s, int threads) {
  Plan plan(backend, s, threads, threads != 2);
  Random random(static_cast<std::uint64_t>(threads));
  for (const auto fill :
       {Fill::whole, Fill::normal, Fill::nonfinite, Fill::range, Fill::large, Fill::subnormal}) {
    Tensors t[2];
    const int last = fill == Fill::normal && threads == 1 ? 20 : 3;
    Bytes before;
    for (int execution = 0; execution <= last; ++execution) {
      for (std::int32_t slot = 0; slot < 2; ++slot) {
        if (execution == 0) t[slot] = tensors(random, s, fill);
        auto& source = t[slot].of[s.reads(TensorRole::src) ? 0 : 7];
        if (execution == 1) source = tensors(random, s, fill).of[s.reads(TensorRole::src) ? 0 : 7];
        if (execution == 2)
          store(s.src_type, source.data(),
                1 % static_cast<Index>(source.size() / size_of(s.src_type)),
                fill == Fill::subnormal ? 0 : 3);
        plan.load(slot, t[slot], execution == 0);
      }
      plan.execute();
      for (std::int32_t slot = 0; slot < 2; ++slot)
        if (const auto why = wrong(s, fill, plan, slot, t[slot]); !why.empty())
          return std::string(word(s.layout)) + ", threads " + std::to_string(threads) + ", fill " +
                 kFills[static_cast<int>(fill)] + ", execution " + std::to_string(execution) +
                 ", slot " + std::to_string(slot) + ": " + why;
      const auto now = plan.written(0);
      if (execution > 2 && now != before) return "other bits for the same input";
      before = now;
    }
  }
  return "";
}

struct Row {
  const cvg_backend* backend;
  std::string name, kind, witness, type, direction;
};

std::string wrong(const Row& row) {
  std::istringstream problems(row.witness);
  std::string first;
  for (std::string text; problems >> text;)
    for (const auto layout : {Layout::nchw, Layout::nhwc}) {
      const auto parsed = parse_problem(text);
      if (!parsed) throw std::runtime_error(parsed.error().message);
      if (const auto f = flaw(*parsed)) throw std::runtime_error(text + ": " + f->rule);
      auto spec = Spec::of(*parsed, *parse_word<Dtype>(row.type), layout);
      spec.direction = *parse_word<Direction>(row.direction);
      for (const int threads : {1, 2, 3}) {
        const auto why = wrong(*row.backend, spec, threads);
        if (!why.empty()) return text + ": " + why;
      }
    }
  return "";
}

/// In a process of its own, since some crash: what is wrong; empty if nothing is. Throws for a row
/// that cannot be tried.
std::string tried(const Row& row) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    std::string text;
    int code = 0;
    try {
      text = wrong(row);
    } catch (const std::exception& e) {
      text = e.what(), code = 3;
    }
    [[maybe_unused]] const auto sent = write(ends[1], text.data(), text.size());
    _exit(code);
  }
  close(ends[1]);
  char text[512];
  const auto length = read(ends[0], text, sizeof text);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return std::string("died: ") + strsignal(WTERMSIG(status));
  std::string said(text, static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  if (WEXITSTATUS(status) != 0) throw std::runtime_error(said);
  return said;
}

std::vector<Row> rows_of(const char* file) {
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(dlerror());
  const auto entry =
      reinterpret_cast<cvg_plugin_entry_function>(dlsym(library, "cvg_plugin_entry"));
  const auto words = reinterpret_cast<const char* (*)(int, int)>(dlsym(library, "zoo_words"));
  std::uint32_t version = 0;
  const auto* plugin = entry && words ? entry(CVG_ABI_VERSION, nullptr, &version) : nullptr;
  if (!plugin) throw std::runtime_error(std::string(file) + " is no plugin of the zoo");
  std::vector<Row> all;
  for (int i = 0; words(i, 0); ++i)
    all.push_back(
        {plugin->backends[i], words(i, 0), words(i, 1), words(i, 5), words(i, 6), words(i, 7)});
  return all;
}

}  // namespace

int main(int count, char** files) {
  int shown = 0, bugs = 0, agreed = 0, right = 0, without = 0;
  for (int f = 1; f < count; ++f) try {
      for (const auto& row : rows_of(files[f])) {
        if (row.witness.empty()) {
          ++without;
          continue;
        }
        const bool is_right = row.kind == "none";
        const auto why = tried(row);
        ++(is_right ? right : bugs);
        (is_right ? agreed : shown) += why.empty() == is_right;
        std::printf("%s %-40s %s\n", why.empty() == is_right ? "ok  " : "FAIL", row.name.c_str(),
                    why.empty() ? "right everywhere" : why.c_str());
        std::fflush(stdout);
      }
    } catch (const std::exception& e) {
      std::printf("FAIL %s: %s\n", files[f], e.what());
      ++bugs;
    }
  std::printf("%d of %d bugs show themselves, %d of %d right ones agree, %d rows name no problem\n",
              shown, bugs, agreed, right, without);
  return shown == bugs && agreed == right && bugs > 0 ? 0 : 1;
}
