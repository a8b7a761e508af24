// What is kept from one execution, plan or problem to the next, and should not be.
#include <algorithm>
#include <cstring>

#include "planted.hpp"

namespace zoo {
namespace {

/// Whether the library has met a problem that is the same by this look at it; remembers it where
/// not. The plan of the first one is then used for both.
template <class Same>
const cvg_spec& cached(Kept& library, const cvg_spec& s, Same same) {
  for (const auto& known : library.specs)
    if (same(known, s)) return known;
  library.specs.push_back(s);
  return library.specs.back();
}
bool same_shape(const cvg_spec& a, const cvg_spec& b) {
  return a.layout == b.layout && a.batch == b.batch && a.in_channels == b.in_channels &&
         a.out_channels == b.out_channels && a.h.input == b.h.input && a.w.input == b.w.input &&
         a.h.kernel == b.h.kernel && a.w.kernel == b.w.kernel && out_h(a) == out_h(b) &&
         out_w(a) == out_w(b);
}
bool same_axes(const cvg_spec& a, const cvg_spec& b) {
  return std::memcmp(&a.h, &b.h, sizeof a.h) == 0 && std::memcmp(&a.w, &b.w, sizeof a.w) == 0;
}
/// Runs the loops by the look of the problem that the cache gave.
bool run_as(Run& r, const cvg_spec& taken_for) {
  Look look(taken_for, r.look.threads);
  Run run{look, r.src, r.weights, r.bias, r.dst, r.workspace, r.plan, r.library};
  convolve(look, nullptr, run);
  return false;
}

constexpr Bug kState[] = {
    {.name = "weights_cached_by_address",
     .kind = "state",
     .source = "tensorflow/tensorflow#56218",
     .story = "packed weights are found again by the address of the weights",
     .says = "",
     .prepare =
         [](Run& r) {
           if (r.plan.address == r.weights) return;
           r.plan.address = r.weights;
           r.plan.values.assign(r.weights, r.weights + weights_count(r.look.s));
         },
     .before =
         [](Run& r) {
           r.weights = r.plan.values.data();
           return true;
         }},
    {.name = "weights_kept_for_good",
     .kind = "state",
     .source = "tensorflow/tensorflow#56150",
     .story = "weights of 3x3 kernels are packed once for a plan",
     .says = "",
     .when = [](const cvg_spec& s) { return kernel_is(s, 3, 3); },
     .prepare =
         [](Run& r) {
           if (r.plan.values.empty())
             r.plan.values.assign(r.weights, r.weights + weights_count(r.look.s));
         },
     .before =
         [](Run& r) {
           r.weights = r.plan.values.data();
           return true;
         }},
    {.name = "bias_kept_for_good",
     .kind = "state",
     .source = "",
     .story = "the bias is taken at the first execution",
     .says = "",
     .when = [](const cvg_spec& s) { return s.bias != 0; },
     .before =
         [](Run& r) {
           if (r.plan.values.empty()) r.plan.values.assign(r.bias, r.bias + r.look.s.out_channels);
           r.bias = r.plan.values.data();
           return true;
         }},
    {.name = "input_kept_for_good",
     .kind = "state",
     .source = "",
     .story = "strided kernels gather their input once",
     .says = "R12|changed",
     .when = [](const cvg_spec& s) { return s.h.stride > 1; },
     .prepare = [](Run& r) { r.plan.values.clear(); },
     .before =
         [](Run& r) {
           if (r.plan.values.empty()) r.plan.values.assign(r.src, r.src + src_count(r.look.s));
           r.src = r.plan.values.data();
           return true;
         }},
    {.name = "result_kept_for_same_first_pixel",
     .kind = "state",
     .source = "",
     .story = "a result is returned again where the first pixel is the same",
     .says = "",
     .when = [](const cvg_spec& s) { return s.batch > 0; },
     .prepare = [](Run& r) { r.plan.values.clear(); },
     .before =
         [](Run& r) {
           if (r.plan.values.empty() || r.plan.more[0] != r.src[0]) return true;
           std::copy(r.plan.values.begin(), r.plan.values.end(), r.dst);
           return false;
         },
     .after =
         [](Run& r) {
           r.plan.more.assign(1, r.src[0]);
           r.plan.values.assign(r.dst, r.dst + dst_count(r.look.s));
         }},
    {.name = "scratch_not_cleared_again",
     .kind = "state",
     .source = "",
     .story = "sums kept in the plan are cleared by the first execution only",
     .says = "",
     .when = [](const cvg_spec& s) { return group_inputs(s) >= 8; },
     .after =
         [](Run& r) {
           r.plan.values.resize(static_cast<std::size_t>(dst_count(r.look.s)));
           for (std::size_t i = 0; i < r.plan.values.size(); ++i)
             r.dst[i] = r.plan.values[i] += r.dst[i];
         }},
    {.name = "order_of_sums_varies",
     .kind = "state",
     .source = "",
     .story = "every other execution sums backwards, though it says deterministic",
     .says = "R18",
     .when = [](const cvg_spec& s) { return group_inputs(s) > 1; },
     .before =
         [](Run& r) {
           if (r.plan.executions % 2 == 0) return true;
           Look look = r.look;
           look.sum = [](std::span<const Term> terms, float bias) {
             float sum = 0;
             for (auto t = terms.rbegin(); t != terms.rend(); ++t) sum += t->weight * t->value;
             return sum + bias;
           };
           convolve(look, nullptr,
                    {look, r.src, r.weights, r.bias, r.dst, r.workspace, r.plan, r.library});
           return false;
         }},
    {.name = "cache_without_bias",
     .kind = "state",
     .source = "tensorflow/tensorflow#58149",
     .story = "plans are cached by everything but the bias",
     .says = "bias",
     .before =
         [](Run& r) {
           auto known = cached(r.library, r.look.s, [](const cvg_spec& a, const cvg_spec& b) {
             return same_shape(a, b) && same_axes(a, b) && a.groups == b.groups &&
                    a.padding_mode == b.padding_mode;
           });
           if (!r.bias) known.bias = 0;
           return run_as(r, known);
         }},
    {.name = "cache_without_dilation",
     .kind = "state",
     .source = "",
     .story = "plans are cached without strides, padding and dilation",
     .says = "padding|dilation|stride",
     .before =
         [](Run& r) {
           auto known = cached(r.library, r.look.s, [](const cvg_spec& a, const cvg_spec& b) {
             return same_shape(a, b) && a.groups == b.groups && a.padding_mode == b.padding_mode &&
                    a.bias == b.bias;
           });
           return run_as(r, known);
         }},
    {.name = "cache_without_padding_mode",
     .kind = "state",
     .source = "pytorch/pytorch#3659",
     .story = "plans are cached by everything but the padding mode",
     .says = "padding_mode",
     .before =
         [](Run& r) {
           return run_as(r, cached(r.library, r.look.s, [](const cvg_spec& a, const cvg_spec& b) {
                           return same_shape(a, b) && same_axes(a, b) && a.groups == b.groups &&
                                  a.bias == b.bias;
                         }));
         }},
    {.name = "cache_without_groups",
     .kind = "state",
     .source = "openvinotoolkit/openvino#10760",
     .story = "plans are cached by everything but the groups, and a finer one is taken",
     .says = "group",
     .before =
         [](Run& r) {
           const auto known = cached(r.library, r.look.s, [](const cvg_spec& a, const cvg_spec& b) {
             return same_shape(a, b) && same_axes(a, b) && a.padding_mode == b.padding_mode &&
                    a.bias == b.bias;
           });
           return run_as(r, known.groups > r.look.s.groups ? known : r.look.s);
         }},
    {.name = "cache_without_layout",
     .kind = "state",
     .source = "pytorch/pytorch#180984",
     .story = "plans are cached by everything but the layout",
     .says = "layout|nhwc",
     .before =
         [](Run& r) {
           return run_as(r, cached(r.library, r.look.s, [](cvg_spec a, const cvg_spec& b) {
                           a.layout = b.layout;
                           return same_shape(a, b) && same_axes(a, b) && a.groups == b.groups &&
                                  a.padding_mode == b.padding_mode && a.bias == b.bias;
                         }));
         }},
    {.name = "first_of_a_process_unwarmed",
     .kind = "state",
     .source = "",
     .story = "tables are made by the first execution, and used from the second on",
     .says = "",
     .after =
         [](Run& r) {
           if (r.library.executions++ == 0 && dst_count(r.look.s) > 0) r.dst[0] = 0;
         }},
    {.name = "wrong_after_a_larger_problem",
     .kind = "state",
     .source = "",
     .story = "scratch of the library keeps the tail of a larger problem before",
     .says = "",
     .after =
         [](Run& r) {
           auto& scratch = r.library.values;
           const auto count = static_cast<std::size_t>(dst_count(r.look.s));
           if (scratch.size() > count && count > 0 && scratch.size() < count + 8)
             r.dst[count - 1] += scratch[count];
           if (scratch.size() < count || scratch.size() > 8 * count + 64)
             scratch.assign(r.dst, r.dst + count);
         }},
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT(zoo::kState)
