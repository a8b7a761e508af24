// Results: every algorithm that a plugin offers for random problems, in every type and layout, on
// whole numbers (bit for bit) and on normal ones (within a bound), twice over and with other
// weights.
#include <gtest/gtest.h>

#include "session.hpp"

namespace convgauge::smoke {
namespace {

/// min(gamma_n, (8 sqrt n + 4) u) magnitude, and the rounding of the output. Winograd: within 1000
/// u of the largest sum, which tells a wrong index from a rounding; its true bound is the harness's
/// business.
double allowed(const Spec& s, cvg_class algorithm_class, const Sum& sum, double largest) {
  const double u = unit_roundoff(s.accumulator_type),
               n = static_cast<double>(s.geometry.terms() + 1);
  const double rounding =
      unit_roundoff(s.dst_type) * std::abs(sum.want) + smallest_normal(s.dst_type) * n;
  if (algorithm_class == CVG_CLASS_WINOGRAD || algorithm_class == CVG_CLASS_FFT)
    return 1000 * u * largest + rounding;
  return std::min(n * u / (1 - n * u), (8 * std::sqrt(n) + 4) * u) * sum.magnitude + 2 * rounding;
}

/// Tensors, and every output that they must give, in nchw order.
struct Expectation {
  Values values = Values::integers;
  Tensors tensors;
  std::vector<Sum> sums;
  double largest = 0;
};

template <class Visit>
void for_each_output(const Spec& s, Visit&& visit) {
  const auto shape = s.geometry.dst_shape();
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t o = 0; o < shape[1]; ++o)
      for (std::int64_t y = 0; y < shape[2]; ++y)
        for (std::int64_t x = 0; x < shape[3]; ++x) visit(n, o, y, x);
}

Expectation expect(const Spec& s, Values values, const Tensors& tensors) {
  Expectation made{values, tensors, {}, 0};
  for_each_output(s, [&](auto... i) {
    made.sums.push_back(want(s, tensors, i...));
    made.largest = std::max(made.largest, made.sums.back().magnitude);
  });
  return made;
}

/// For each kind of values one set of tensors, and one with another source and the same weights.
std::vector<Expectation> expectations(const Spec& s, Random& random) {
  std::vector<Expectation> all;
  for (const auto values : {Values::integers, Values::floats}) {
    auto tensors = fill(random, s, values);
    all.push_back(expect(s, values, tensors));
    tensors.src = fill(random, s.src_type, s.src_bytes(), values);
    all.push_back(expect(s, values, tensors));
  }
  return all;
}

/// The first output that is wrong, in words; empty if none is.
std::string wrong(const Spec& s, cvg_class algorithm_class, const Expectation& e,
                  const std::vector<std::byte>& got) {
  const bool exact = e.values == Values::integers && algorithm_class <= CVG_CLASS_GEMM;
  std::string first;
  std::size_t place = 0;
  for_each_output(s, [&](auto... i) {
    const auto& sum = e.sums[place++];
    const double value = load(s.dst_type, got.data(), at(s.dst_strides(), i...));
    const double error = exact ? 0 : allowed(s, algorithm_class, sum, e.largest);
    const double wanted = exact ? rounded(s.dst_type, sum.want) : sum.want;
    if (std::abs(value - wanted) <= error || !first.empty()) return;
    std::ostringstream text;
    text.precision(17);
    ((text << i << ' '), ...);
    text << ": got " << value << ", want " << wanted << ", allowed " << error;
    first = text.str();
  });
  return first;
}

struct Count {
  int run = 0, refused = 0;
};

void check_algorithm(const cvg_backend& backend, const Spec& spec, const cvg_algorithm& algorithm,
                     int threads, const std::vector<Expectation>& expected) {
  const auto how = settings(threads, algorithm.name);
  SCOPED_TRACE(std::string(backend.name) + " " + algorithm.name + " threads " +
               std::to_string(threads));
  try {
    Session session(backend, spec, how);
    EXPECT_STREQ(session.algorithm().name, algorithm.name);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto got = session.run(expected[i].tensors, i % 2 == 0);
      EXPECT_EQ(wrong(spec, algorithm.algorithm_class, expected[i], got), "");
      EXPECT_TRUE(!algorithm.deterministic || session.run(expected[i].tensors, false) == got)
          << "other bits again";
    }
  } catch (const std::exception& failure) {
    ADD_FAILURE() << failure.what();
  }
}

Count check_problem(const cvg_backend& backend, const Spec& spec, Random& random) {
  const auto abi = to_abi(spec);
  const int threads = static_cast<int>(between(random, 1, 3));
  const auto how = settings(threads);
  const auto answer =
      ask([&](auto* reason, auto* note) { return backend.query(&abi, &how, reason, note); });
  if (answer.status == CVG_STATUS_REFUSED) {
    EXPECT_NE(answer.reason, CVG_REASON_NONE);
    EXPECT_FALSE(answer.why.empty());
    return {0, 1};
  }
  EXPECT_EQ(answer.status, CVG_STATUS_OK) << answer.why;
  const auto offered = algorithms(backend, abi, how);
  EXPECT_FALSE(offered.empty());
  const auto expected = expectations(spec, random);
  for (const auto& algorithm : offered)
    check_algorithm(backend, spec, algorithm, threads, expected);
  return {static_cast<int>(offered.size()), 0};
}

int problems() {
  const char* count = std::getenv("CONVGAUGE_SMOKE_PROBLEMS");
  return count ? std::atoi(count) : 20;
}

TEST(Problems, EveryAlgorithmIsRight) {
  for (const auto* backend : backends())
    for (const auto type : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16})
      for (const auto layout : {Layout::nchw, Layout::nhwc, Layout::native}) {
        Count count;
        for (int seed = 1; seed <= problems() && !testing::Test::HasFailure(); ++seed) {
          Random random(static_cast<std::uint64_t>(seed) * 3 + static_cast<std::uint64_t>(layout));
          const auto spec = Spec::of(random_geometry(random), type, layout);
          SCOPED_TRACE(short_text(spec.geometry) + " " + std::string(word(type)) + " " +
                       std::string(word(layout)) + " seed " + std::to_string(seed));
          const auto one = check_problem(*backend, spec, random);
          count.run += one.run, count.refused += one.refused;
        }
        std::printf("%-8s %-4s %-6s %5d runs, %3d of %d problems refused\n", backend->name,
                    word(type).data(), word(layout).data(), count.run, count.refused, problems());
      }
}

}  // namespace
}  // namespace convgauge::smoke
