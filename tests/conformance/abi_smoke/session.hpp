// A plugin opened by hand, and one whole life of a plan with guarded, poisoned buffers.
#pragma once
#include <convgauge/plugin.h>
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "problem.hpp"

namespace convgauge::smoke {

/// The libraries named by $CONVGAUGE_SMOKE_PLUGINS. They stay open until the process ends.
inline const std::vector<const cvg_plugin*>& plugins() {
  static const auto opened = [] {
    std::vector<const cvg_plugin*> all;
    const char* list = std::getenv("CONVGAUGE_SMOKE_PLUGINS");
    std::istringstream files(list ? list : "");
    for (std::string file; std::getline(files, file, ':');) {
      void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (!library) throw std::runtime_error(dlerror());
      const auto entry =
          reinterpret_cast<cvg_plugin_entry_function>(dlsym(library, "cvg_plugin_entry"));
      std::uint32_t version = 99;
      const auto* plugin = entry ? entry(CVG_ABI_VERSION, nullptr, &version) : nullptr;
      if (!plugin) throw std::runtime_error(file + " gives no plugin");
      all.push_back(plugin);
    }
    if (all.empty()) throw std::runtime_error("CONVGAUGE_SMOKE_PLUGINS names no plugin");
    return all;
  }();
  return opened;
}

inline std::vector<const cvg_backend*> backends() {
  std::vector<const cvg_backend*> all;
  for (const auto* plugin : plugins())
    all.insert(all.end(), plugin->backends, plugin->backends + plugin->backend_count);
  return all;
}

inline cvg_settings settings(std::int32_t threads = 1, const char* algorithm = nullptr) {
  cvg_settings s{};
  s.struct_size = sizeof s;
  s.threads = threads;
  s.slots = 1;
  s.algorithm = algorithm;
  s.workspace_limit_bytes = -1;
  return s;
}

/// A status with its reason and sentence.
struct Answer {
  cvg_status status = -1;
  cvg_reason reason = CVG_REASON_NONE;
  std::string why;
};

template <class Call>
Answer ask(Call&& call) {
  char text[512] = "";
  cvg_note note{text, sizeof text};
  Answer answer;
  answer.status = call(&answer.reason, &note);
  answer.why = text;
  return answer;
}

inline void demand(const Answer& answer, const char* what) {
  if (answer.status != CVG_STATUS_OK)
    throw std::runtime_error(std::string(what) + ": status " + std::to_string(answer.status) +
                             ": " + answer.why);
}

/// `bytes` at exactly `alignment` (no better), between canaries, filled with NaNs of every type
/// (0xff).
class Guarded {
 public:
  Guarded(std::size_t bytes, std::size_t alignment)
      : bytes_(bytes), memory_(bytes + 4 * alignment + 2 * kCanary, kMark) {
    const auto begin = reinterpret_cast<std::uintptr_t>(memory_.data()) + kCanary;
    offset_ = (begin + 2 * alignment - 1) / (2 * alignment) * (2 * alignment) + alignment -
              (begin - kCanary);
    poison();
  }
  void* data() { return memory_.data() + offset_; }
  std::size_t bytes() const { return bytes_; }
  void poison() { std::memset(data(), 0xff, bytes_); }
  bool intact() const {
    for (std::size_t i = 0; i < memory_.size(); ++i)
      if ((i < offset_ || i >= offset_ + bytes_) && memory_[i] != kMark) return false;
    return true;
  }

 private:
  static constexpr std::size_t kCanary = 256;
  static constexpr unsigned char kMark = 0x5a;
  std::size_t bytes_, offset_ = 0;
  std::vector<unsigned char> memory_;
};

/// A plan with one slot and its own buffers.
class Session {
 public:
  Session(const cvg_backend& backend, const Spec& spec, const cvg_settings& how)
      : backend_(backend), spec_(spec) {
    const auto abi = to_abi(spec);
    demand(ask([&](auto* reason, auto* note) {
             return backend.plan_create(&abi, &how, &plan_, reason, note);
           }),
           "plan_create");
    std::int32_t count = 0;
    backend.requirements(plan_, nullptr, 0, &count);
    requirements_.assign(static_cast<std::size_t>(count), cvg_requirement{});
    for (auto& r : requirements_) r.struct_size = sizeof r;
    backend.requirements(plan_, requirements_.data(), count, &count);
    for (const auto& r : requirements_)
      buffers_.push_back(std::make_unique<Guarded>(r.bytes, r.alignment));
    std::vector<void*> addresses;
    for (auto& b : buffers_) addresses.push_back(b->data());
    demand(ask([&](auto*, auto* note) {
             return backend.bind(plan_, 0, addresses.data(), count, note);
           }),
           "bind");
  }
  Session(const Session&) = delete;
  ~Session() { backend_.plan_destroy(plan_); }

  cvg_algorithm algorithm() const {
    cvg_algorithm a{};
    a.struct_size = sizeof a;
    backend_.plan_algorithm(plan_, &a);
    return a;
  }
  const std::vector<cvg_requirement>& requirements() const { return requirements_; }
  cvg_plan* plan() const { return plan_; }

  /// The weights are prepared where the first run, or `fresh_weights`, asks for it; scratch and
  /// output are poisoned.
  std::vector<std::byte> run(const Tensors& t, bool fresh_weights = true) {
    std::vector<std::byte> dst(spec_.dst_bytes(), std::byte{0xff});
    cvg_tensors host{
        sizeof host, t.src.data(), t.weights.data(), spec_.geometry.bias ? t.bias.data() : nullptr,
        nullptr,     dst.data(),   nullptr,          nullptr,
        nullptr};
    if (fresh_weights) {
      load(CVG_ROLE_WEIGHTS, t.weights);
      load(CVG_ROLE_BIAS, t.bias);
      demand(
          ask([&](auto*, auto* note) { return backend_.prepare_weights(plan_, 0, &host, note); }),
          "prepare");
    }
    load(CVG_ROLE_SRC, t.src);
    demand(ask([&](auto*, auto* note) { return backend_.upload(plan_, 0, &host, note); }),
           "upload");
    for (std::size_t i = 0; i < buffers_.size(); ++i)
      if (requirements_[i].role == CVG_ROLE_WORKSPACE || requirements_[i].role == CVG_ROLE_DST)
        buffers_[i]->poison();
    const auto before = inputs();
    const std::int32_t slot = 0;
    demand(ask([&](auto*, auto* note) { return backend_.execute(plan_, &slot, 1, nullptr, note); }),
           "execute");
    demand(ask([&](auto*, auto* note) { return backend_.wait(plan_, note); }), "wait");
    if (inputs() != before) throw std::runtime_error("an input was written");
    demand(ask([&](auto*, auto* note) { return backend_.fetch(plan_, 0, &host, note); }), "fetch");
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (!buffers_[i]->intact())
        throw std::runtime_error("written beyond buffer " + std::to_string(i));
      if (requirements_[i].role == CVG_ROLE_DST && requirements_[i].form == CVG_FORM_TENSOR &&
          !dst.empty())
        std::memcpy(dst.data(), buffers_[i]->data(), dst.size());
    }
    return dst;
  }

 private:
  void load(cvg_role role, const std::vector<std::byte>& from) {
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (requirements_[i].role != role || requirements_[i].form != CVG_FORM_TENSOR) continue;
      if (requirements_[i].bytes != from.size())
        throw std::runtime_error("bytes of role " + std::to_string(role));
      if (!from.empty()) std::memcpy(buffers_[i]->data(), from.data(), from.size());
    }
  }
  std::vector<unsigned char> inputs() const {
    std::vector<unsigned char> all;
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      const auto role = requirements_[i].role;
      if (role == CVG_ROLE_WORKSPACE || role == CVG_ROLE_DST) continue;
      const auto* begin = static_cast<const unsigned char*>(buffers_[i]->data());
      all.insert(all.end(), begin, begin + buffers_[i]->bytes());
    }
    return all;
  }

  const cvg_backend& backend_;
  Spec spec_;
  cvg_plan* plan_ = nullptr;
  std::vector<cvg_requirement> requirements_;
  std::vector<std::unique_ptr<Guarded>> buffers_;
};

/// Every algorithm offered; empty where the spec is refused.
inline std::vector<cvg_algorithm> algorithms(const cvg_backend& backend, const cvg_spec& spec,
                                             const cvg_settings& how) {
  std::int32_t count = 0;
  if (ask([&](auto*, auto* n) {
        return backend.algorithms(&spec, &how, nullptr, 0, &count, n);
      }).status != CVG_STATUS_OK)
    return {};
  std::vector<cvg_algorithm> all(static_cast<std::size_t>(count));
  for (auto& a : all) a.struct_size = sizeof a;
  demand(ask([&](auto*, auto* n) {
           return backend.algorithms(&spec, &how, all.data(), count, &count, n);
         }),
         "list");
  return all;
}

}  // namespace convgauge::smoke
