// Right at first: what is wrong in a later execution, another slot, plan or number of threads, or
// after what came before.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "planted.hpp"

namespace zoo {
namespace {

bool is_3x3(const cvg_spec& s) {
  return kernel_is(s, 3, 3);
}
bool same_problem(const cvg_spec& a, const cvg_spec& b) {
  return std::memcmp(&a.batch, &b.batch, sizeof a - offsetof(cvg_spec, batch)) == 0;
}
std::size_t count_of(Index n) {
  return static_cast<std::size_t>(n);
}
/// A sample of the source: every seventh element.
std::vector<float> sample(const Run& r) {
  std::vector<float> made;
  for (Index i = 0; i < src_count(r.look.s); i += 7) made.push_back(r.src[i]);
  return made;
}

constexpr Bug kLater[] = {
    row(
        "state",
        {"second_slot_with_weights_of_the_first", "",
         "1x1 kernels keep one copy of the weights for all slots, that of slot 0", "slot",
         "n1c3h2w2_o2k1"},
        [](const cvg_spec& s) { return kernel_is(s, 1, 1); },
        [](Run& r) {
          r.weights = r.plan.values.empty() ? r.weights : r.plan.values.data();
          return true;
        },
        nullptr,
        [](Run& r) {
          if (r.slot == 0) r.plan.values.assign(r.weights, r.weights + weights_count(r.look.s));
        }),
    row(
        "state",
        {"second_slot_with_bias_of_the_first", "", "all slots add the bias of slot 0", "slot|bias",
         "n1c2h3w3_o2k3"},
        [](const cvg_spec& s) { return s.bias && s.h.kernel > 1; },
        [](Run& r) {
          if (r.slot == 0)
            r.plan.values.assign(r.bias, r.bias + r.look.s.out_channels);
          else if (!r.plan.values.empty())
            r.bias = r.plan.values.data();
          return true;
        },
        nullptr),
    row("state",
        {"third_slot_turn", "",
         "scratch is handed round among three executions: each third loses its last output", "",
         "n1c2h4w4_o2k3"},
        is_3x3, nullptr,
        [](Run& r) {
          if (r.plan.executions % 3 == 2) r.dst[dst_count(r.look.s) - 1] = 0;
        }),
    row(
        "state",
        {"nothing_after_15_executions", "karpathy/llm.c#852",
         "from the 16th execution on a plan leaves its output as it is", "R7|R11|",
         "n1c2h3w3_o2k2"},
        [](const cvg_spec& s) { return s.w.kernel > 1; },
        [](Run& r) { return r.plan.executions < 15; }, nullptr),
    row(
        "state",
        {"one_execution_behind", "",
         "inputs of 8 channels and more are gathered ahead: from the third execution on, that of "
         "the "
         "one before is used",
         "R12|changed", "n1c8h3w3_o2k1"},
        [](const cvg_spec& s) { return group_inputs(s) >= 8; },
        [](Run& r) {
          const std::vector<float> now(r.src, r.src + src_count(r.look.s));
          if (r.plan.executions >= 2) {
            r.plan.more = r.plan.values;
            r.src = r.plan.more.data();
          }
          r.plan.values = now;
          return true;
        },
        nullptr),
    row(
        "state",
        {"result_kept_for_the_same_sample", "meta-pytorch/BackendBench#41",
         "a result is returned again where every seventh element of the source is the same", "R12",
         "n1c3h4w4_o2k3p1"},
        nullptr,
        [](Run& r) {
          if (r.slot != 0 || r.plan.values.empty() || sample(r) != r.plan.more) return true;
          std::copy(r.plan.values.begin(), r.plan.values.end(), r.dst);
          return false;
        },
        [](Run& r) {
          if (r.slot != 0) return;
          r.plan.more = sample(r);
          r.plan.values.assign(r.dst, r.dst + dst_count(r.look.s));
        },
        [](Run& r) { r.plan.values.clear(); }),
    row(
        "state",
        {"weights_kept_by_the_library", "openvinotoolkit/openvino#32530",
         "a plan of a problem that was there before uses the weights of the first one", "",
         "n1c2h3w3_o2k3_nobias n1c2h3w3_o2k3_nobias"},
        is_3x3,
        [](Run& r) {
          if (!r.library.values.empty() &&
              r.library.values.size() == count_of(weights_count(r.look.s)))
            r.weights = r.library.values.data();
          return true;
        },
        nullptr,
        [](Run& r) {
          if (r.library.executions++ == 0)
            r.library.values.assign(r.weights, r.weights + weights_count(r.look.s));
        }),
    row(
        "state",
        {"second_plan_of_a_problem", "",
         "a second plan of a problem leaves out a bias in one output: its table is taken as filled",
         "", "n1c2h3w3_o4k1 n1c2h3w3_o4k1"},
        [](const cvg_spec& s) { return s.bias != 0; },
        [](Run& r) {
          if (r.plan.executions == 0) {
            for (const auto& s : r.library.specs)
              r.plan.address = same_problem(s, r.look.s) ? r.bias : r.plan.address;
            r.library.specs.push_back(r.look.s);
          }
          return true;
        },
        [](Run& r) {
          const auto& l = r.look;
          if (r.plan.address && dst_count(l.s) > 0)
            r.dst[(l.s.out_channels - 1) * l.dst[1]] -= r.bias[l.s.out_channels - 1];
        }),
    row(
        "state",
        {"two_threads_share_a_row", "",
         "two threads on five rows and more: the first row of the second misses a tap",
         "row|thread", "n1c1h5w3_o1k3p1"},
        [](const cvg_spec& s) { return out_h(s) >= 5 && s.h.kernel > 1; },
        [](const Look& l, Window& at) {
          if (l.threads == 2 && at.y == out_h(l.s) / 2) ++at.k.begin;
        }),
    row(
        "state",
        {"three_threads_and_a_rest", "",
         "three threads divide the outputs: the one or two left over use the weights of the first",
         "channel|thread", "n1c2h2w2_o4k1"},
        [](const cvg_spec& s) { return s.out_channels > 3 && s.groups == 1; },
        [](const Look& l, Window& at) {
          const Index shared = l.s.out_channels / 3 * 3;
          if (l.threads == 3 && at.o >= shared) at.filter -= shared;
        }),
    row(
        "state",
        {"order_varies_with_threads", "",
         "several threads add 64 terms and more in the order in which they end, though it says "
         "deterministic",
         "R18", "n1c16h3w3_o2k3"},
        [](const cvg_spec& s) { return reduction(s) >= 64; },
        [](Run& r) {
          if (r.look.threads == 1 || r.plan.executions % 3 != 2) return true;
          Look look = r.look;
          look.sum = [](std::span<const Term> terms, float bias) {
            return in_order(terms.first(terms.size() / 2), 0) +
                   in_order(terms.subspan(terms.size() / 2), bias);
          };
          convolve(look, nullptr,
                   {look, r.src, r.weights, r.bias, r.dst, r.workspace, r.plan, r.library});
          return false;
        },
        nullptr),
    row(
        "state",
        {"nan_stays", "chelsea0x3b/dfdx#677",
         "scratch is cleared by multiplying with zero: a NaN once computed comes back in the last "
         "output",
         "nan", "n1c1h4w4_o2k3p1"},
        [](const cvg_spec& s) { return s.h.pad_after > 0; }, nullptr,
        [](Run& r) {
          auto& kept = r.library.values;
          kept.resize(1);
          const float before = kept[0];
          for (Index i = 0; i < dst_count(r.look.s); ++i)
            if (!std::isfinite(r.dst[i])) kept[0] = r.dst[i];
          r.dst[dst_count(r.look.s) - 1] += 0.0f * before;
        }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kLater)
