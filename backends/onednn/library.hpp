// oneDNN 2.x and 3.x as one: what differs between the two, and the OpenMP runtime that the loaded library uses.
#pragma once
#include <dlfcn.h>

#include <oneapi/dnnl/dnnl.hpp>
#include <string>

namespace convgauge::backends::onednn {

/// One convolution in oneDNN's words; its dilation counts from zero. No bias: bias.get_size() is 0.
struct Convolution {
  dnnl::algorithm algorithm = dnnl::algorithm::convolution_direct;
  dnnl::memory::desc src, weights, bias, dst;
  dnnl::memory::dims strides, dilates, padding_before, padding_after;
};

using ForwardDesc = dnnl::convolution_forward::primitive_desc;

/// The library's implementations of a convolution, one after the other. Stays where it was made: 2.x's list points into
/// the description that it was made from (seen: garbage in the second implementation's padding once that was gone).
class Implementations {
 public:
  /// Throws dnnl::error where the library cannot even describe it.
  Implementations(const Convolution& c, const dnnl::primitive_attr& attr, const dnnl::engine& engine)
#if DNNL_VERSION_MAJOR >= 3
      : current_(c.bias.get_size() > 0
                     ? ForwardDesc(engine, kKind, c.algorithm, c.src, c.weights, c.bias, c.dst, c.strides, c.dilates,
                                   c.padding_before, c.padding_after, attr, true)
                     : ForwardDesc(engine, kKind, c.algorithm, c.src, c.weights, c.dst, c.strides, c.dilates,
                                   c.padding_before, c.padding_after, attr, true)){}
#else
      : description_(c.bias.get_size() > 0 ? Description(kKind, c.algorithm, c.src, c.weights, c.bias, c.dst, c.strides,
                                                         c.dilates, c.padding_before, c.padding_after)
                                           : Description(kKind, c.algorithm, c.src, c.weights, c.dst, c.strides,
                                                         c.dilates, c.padding_before, c.padding_after)),
        current_(description_, attr, engine, true) {
  }
#endif
        Implementations(const Implementations&) = delete;
  Implementations& operator=(const Implementations&) = delete;

  bool any() const {
    return current_.get(true) != nullptr;
  }
  bool next() {
    return current_.next_impl();
  }
  const ForwardDesc& current() const {
    return current_;
  }

 private:
  static constexpr auto kKind = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR < 3
  using Description = dnnl::convolution_forward::desc;
  Description description_;
#endif
  ForwardDesc current_;
};

inline std::string library_version() {
  const auto* v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

/// Sets the number of threads of the OpenMP runtime that this libdnnl was linked to, which need not be the one of the
/// compiler here: it is looked up among the library's own dependencies.
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
  /// Whether there is a runtime to ask: without one the library is sequential.
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

/// What lives as long as the plugin: oneDNN makes neither engine nor stream cheap enough to have one per plan.
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
