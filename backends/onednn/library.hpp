// One interface to oneDNN 2.x and 3.x: all that differs between the two is here; and the OpenMP
// runtime that the loaded library uses.
#pragma once
#include <dlfcn.h>

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

/// Sets the number of threads of the OpenMP runtime that this libdnnl was linked to. That may be
/// another one than this plugin's compiler uses, so it is looked up among the library's own
/// dependencies.
class Threads {
 public:
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

/// What lives as long as the plugin: an engine and a stream of oneDNN are too expensive to make one
/// for each plan.
struct Library {
  Threads threads;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

inline const Library& library() {
  static const Library opened;
  return opened;
}

}  // namespace convgauge::backends::onednn
