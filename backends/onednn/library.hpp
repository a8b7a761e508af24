// One interface to oneDNN 2.x and 3.x: all that differs between the two is here; and the runtime of
// threads that the loaded library uses: OpenMP, TBB (builds for SYCL have it too), or none.
#pragma once
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl_config.h>

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_TBB
#include <tbb/global_control.h>
#endif
#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>

namespace convgauge::backends::onednn {

/// One convolution as oneDNN describes it: dilation 0 is none. For a backward kind src, weights,
/// bias and dst describe the gradients where it reads or writes those. Without a bias its
/// description is empty.
struct Convolution {
  dnnl::prop_kind kind = dnnl::prop_kind::forward_inference;
  dnnl::algorithm algorithm = dnnl::algorithm::convolution_direct;
  dnnl::memory::desc src, weights, bias, dst;
  dnnl::memory::desc forward_src;  // the source of the forward convolution
  dnnl::memory::dims strides, dilates, padding_before, padding_after;
};

#if DNNL_VERSION_MAJOR >= 3
using Description = Convolution;
using ForwardDesc = dnnl::convolution_forward::primitive_desc;

inline Description description_of(const Convolution& c) {
  return c;
}
inline ForwardDesc forward_desc(const Description& c, const dnnl::primitive_attr& attr,
                                const dnnl::engine& engine) {
  return {engine,    c.kind,    c.algorithm,      c.src,           c.weights, c.bias, c.dst,
          c.strides, c.dilates, c.padding_before, c.padding_after, attr,      true};
}
/// `forward`: the forward convolution, which the library requires as a hint.
inline dnnl::primitive_desc backward_desc(const Description& c, const dnnl::primitive_attr& attr,
                                          const dnnl::engine& engine, const ForwardDesc& forward) {
  if (c.kind == dnnl::prop_kind::backward_data)
    return dnnl::convolution_backward_data::primitive_desc(
        engine, c.algorithm, c.src, c.weights, c.dst, c.strides, c.dilates, c.padding_before,
        c.padding_after, forward, attr, true);
  return dnnl::convolution_backward_weights::primitive_desc(
      engine, c.algorithm, c.src, c.weights, c.bias, c.dst, c.strides, c.dilates, c.padding_before,
      c.padding_after, forward, attr, true);
}
#else
using Description = dnnl_convolution_desc_t;
using ForwardDesc = dnnl::primitive_desc;

inline Description description_of(const Convolution& c) {
  if (c.kind == dnnl::prop_kind::backward_data)
    return dnnl::convolution_backward_data::desc(c.algorithm, c.src, c.weights, c.dst, c.strides,
                                                 c.dilates, c.padding_before, c.padding_after)
        .data;
  if (c.kind == dnnl::prop_kind::backward_weights)
    return dnnl::convolution_backward_weights::desc(c.algorithm, c.src, c.weights, c.bias, c.dst,
                                                    c.strides, c.dilates, c.padding_before,
                                                    c.padding_after)
        .data;
  return dnnl::convolution_forward::desc(c.kind, c.algorithm, c.src, c.weights, c.bias, c.dst,
                                         c.strides, c.dilates, c.padding_before, c.padding_after)
      .data;
}
inline ForwardDesc forward_desc(const Description& d, const dnnl::primitive_attr& attr,
                                const dnnl::engine& engine) {
  return {&d, &attr, engine, nullptr, true};
}
inline dnnl::primitive_desc backward_desc(const Description& d, const dnnl::primitive_attr& attr,
                                          const dnnl::engine& engine, const ForwardDesc& forward) {
  return {&d, &attr, engine, forward.get(), true};
}
#endif

/// The library's implementations of a convolution, one after the other. Not copied or moved: the
/// list of 2.x points into the description that it was made from (seen: garbage in the second
/// implementation's padding after that was destroyed), and the lists of both versions point to the
/// forward one.
class Implementations {
 public:
  /// Throws dnnl::error where the library cannot even describe the convolution.
  Implementations(const Convolution& c, const dnnl::primitive_attr& attr,
                  const dnnl::engine& engine)
      : description_(description_of(c)) {
    if (c.kind == dnnl::prop_kind::forward_inference) {
      current_ = forward_desc(description_, attr, engine);
      return;
    }
    auto training = c;
    training.kind = dnnl::prop_kind::forward_training;
    training.src = c.forward_src;
    forward_description_ = description_of(training);
    forward_ = forward_desc(forward_description_, attr, engine);
    if (forward_.get(true)) current_ = backward_desc(description_, attr, engine, forward_);
  }
  Implementations(const Implementations&) = delete;
  Implementations& operator=(const Implementations&) = delete;

  bool any() const { return current_.get(true) != nullptr; }
  bool next() { return current_.next_impl(); }
  const dnnl::primitive_desc& current() const { return current_; }

 private:
  Description description_{}, forward_description_{};
  ForwardDesc forward_;
  dnnl::primitive_desc current_;
};

inline std::string library_version() {
  const auto* v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_TBB
/// Limits the number of threads of TBB in this process, the calling one included.
class Threads {
 public:
  static constexpr const char* name = "TBB";

  bool adjustable() const { return true; }
  void use(int count) const {
    if (count == count_) return;
    limit_.reset();
    limit_ = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                   static_cast<std::size_t>(count));
    count_ = count;
  }

 private:
  mutable int count_ = 0;
  mutable std::unique_ptr<tbb::global_control> limit_;
};
#else
/// Sets the number of threads of the OpenMP runtime that this libdnnl was linked to. That may be
/// another one than this plugin's compiler uses, so it is looked up among the library's own
/// dependencies.
class Threads {
 public:
  static constexpr const char* name = "OpenMP";

  Threads() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&dnnl_version), &info) == 0) return;
    library_ = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (!library_) return;
    set_ = reinterpret_cast<Set>(dlsym(library_, "omp_set_num_threads"));
    get_ = reinterpret_cast<Get>(dlsym(library_, "omp_get_max_threads"));
  }
  Threads(const Threads&) = delete;
  ~Threads() {
    if (library_) dlclose(library_);
  }
  /// Whether such a runtime was found: without one the library is sequential.
  bool adjustable() const { return set_ && get_; }
  void use(int count) const {
    if (adjustable() && get_() != count) set_(count);
  }

 private:
  using Set = void (*)(int);
  using Get = int (*)();
  void* library_ = nullptr;
  Set set_ = nullptr;
  Get get_ = nullptr;
};
#endif

/// Puts the handlers of signals back that a runtime below the library sets (seen: OpenCL's for
/// CPUs, SIGHUP and others).
class KeepSignals {
 public:
  KeepSignals() {
    for (int s = 1; s < kEnd; ++s) ::sigaction(s, nullptr, &before_[static_cast<std::size_t>(s)]);
  }
  KeepSignals(const KeepSignals&) = delete;
  ~KeepSignals() {
    for (int s = 1; s < kEnd; ++s)
      if (s != SIGKILL && s != SIGSTOP)
        ::sigaction(s, &before_[static_cast<std::size_t>(s)], nullptr);
  }

 private:
  static constexpr int kEnd = 32;  // realtime signals begin there
  std::array<struct sigaction, kEnd> before_{};
};

/// What lives as long as the plugin: an engine and a stream of oneDNN are too expensive to make one
/// for each plan.
struct Library {
  Threads threads;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

/// Whether the library can run here at all; else the reason. A build for SYCL needs a driver of
/// OpenCL for the CPU, which is looked for where $OCL_ICD_FILENAMES says, or where configure found
/// one beside the library.
inline const std::string& why_not_here() {
  static const std::string why = [] {
#ifdef CONVGAUGE_OPENCL_DRIVER
    const KeepSignals keep;
    if (*CONVGAUGE_OPENCL_DRIVER) ::setenv("OCL_ICD_FILENAMES", CONVGAUGE_OPENCL_DRIVER, 0);
#endif
    const char* driver = std::getenv("OCL_ICD_FILENAMES");
    return dnnl::engine::get_count(dnnl::engine::kind::cpu) > 0
               ? std::string()
               : "oneDNN " + library_version() +
                     " finds no CPU: a build for SYCL needs OpenCL's driver for it; "
                     "OCL_ICD_FILENAMES is " +
                     (driver ? driver : "not set");
  }();
  return why;
}

/// Made at the first call, where why_not_here() is empty. Its threads must not meet the destructors
/// of static objects, so it is never destroyed.
inline const Library& library() {
  static const Library* const opened = [] {
    const KeepSignals keep;
    const auto* made = new Library;
    // The first memory starts the rest of the runtime below.
    const dnnl::memory probe({{1}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a},
                             made->engine);
    return made;
  }();
  return *opened;
}

}  // namespace convgauge::backends::onednn
