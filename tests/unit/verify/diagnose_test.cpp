// Every misreading of mutations.hpp is named from its output; what is right or garbage is not.
#include "verify/diagnose.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

#include "core/layers.hpp"
#include "judge.hpp"
#include "verify/mutations.hpp"

namespace convgauge::verify {
namespace {

using testing::Trial;

/// What a backend that reads the spec as `m` answers.
std::vector<double> answer_of(const Mutant& m, const Trial& trial) {
  std::vector<double> all;
  const Shape s = trial.spec.geometry.dst_shape();
  for (std::int64_t n = 0; n < s[0]; ++n)
    for (std::int64_t c = 0; c < s[1]; ++c)
      for (std::int64_t h = 0; h < s[2]; ++h)
        for (std::int64_t w = 0; w < s[3]; ++w)
          all.push_back(finished(m, sum_at(m, trial.tensors.inputs(), {n, c, h, w}).value));
  return all;
}

Mutant misread(const Trial& trial, std::initializer_list<const Mutation*> rows) {
  Mutant m(trial.spec);
  for (const auto* row : rows) row->apply(m);
  return m;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Diagnose, LostNan) {
  Trial trial("n1c2h5w5_o2k3p1", Fill::normal);
  trial.tensors.src.as<float>()[7] = std::numeric_limits<float>::quiet_NaN();
  trial.recompute();
  auto lost = trial.sums.want;
  for (auto& value : lost)
    if (std::isnan(value)) value = -std::numeric_limits<double>::infinity();
  trial.answer(lost);
  EXPECT_TRUE(contains(text(diagnose(trial.evidence())), "declare ignores_nan"));
  lost[24] += 1;
  trial.answer(lost);
  EXPECT_FALSE(contains(text(diagnose(trial.evidence())), "declare ignores_nan"));
}

const Mutation& row_of(const char* words) {
  static const auto rows = mutations();
  for (const auto& row : rows)
    if (contains(row.words, words)) return row;
  throw std::invalid_argument(words);
}

std::string diagnosis_of(Trial& trial, std::initializer_list<const char*> words) {
  Mutant m(trial.spec);
  for (const auto* each : words) row_of(each).apply(m);
  trial.answer(answer_of(m, trial));
  return text(diagnose(trial.evidence()));
}

constexpr const char* kProblems[] = {
    "n2c5h13w11_o6k3x5s2x3p2.1x1.2d1x1",
    "n2c7h15w12_o6k3x2s1x2p0.3x3.0d2x3",
    "n2c19h6w6_o4k3p1",
    "n3c12h9w9_o8k4s3p1g4",
    "n2c6h8w8_o12k3s2p2g6",
    "n2c37h7w7_o5k1",
    "n2c4h7w9_o4k3x3p2x3_reflect",
    "n2c3h7w9_o3k5x3p3x2_circular",
    "n2c3h7w9_o3k5x3p3x2_replicate",
    "n2c8h16w9_o4k2x3s3x2p1.1x2.2d2x1g2",
    "n2c3h19w23_o4k2x3s5x4p1x2",
    "n1c300h2w2_o3k1",
    "n1c1h2w260_o2k1x257",
    "n3c4h5w7_o8k3p1d3g4",
    "n1c2h3w4_o2k7x5p5.1x2.4",
    "n1c3h9w11_o4k3x7p0.2x1.3",
    "n1c2h5w4_o3k7p3",
};

/// Where a row matters its output must be diagnosed; and on one problem at least by the row's own
/// words, or the row were no more than another's second name.
TEST(Diagnose, NamesEveryRow) {
  std::set<std::string> named;
  for (const bool exact : {true, false})
    for (const auto* text : kProblems) {
      auto trial =
          exact ? Trial(text, Fill::integer) : Trial(text, Fill::normal, Dtype::f64, Layout::nhwc);
      for (const auto& row : mutations()) {
        trial.answer(answer_of(misread(trial, {&row}), trial));
        if (trial.agrees()) {
          EXPECT_EQ(diagnose(trial.evidence()), Diagnosis{}) << row.words << " " << text;
          continue;
        }
        const auto diagnosis = verify::text(diagnose(trial.evidence()));
        EXPECT_TRUE(contains(diagnosis, "matches the reference with "))
            << row.words << " on " << text;
        EXPECT_FALSE(contains(diagnosis, "where it is wrong"))
            << row.words << " on " << text << ": " << diagnosis;
        if (contains(diagnosis, row.words)) named.insert(row.words);
      }
    }
  for (const auto& row : mutations()) EXPECT_TRUE(named.contains(row.words)) << row.words;
}

TEST(Diagnose, NamesRoundedInputs) {
  for (const auto* words :
       {"inputs rounded to tf32", "inputs truncated to tf32", "inputs rounded to bf16",
        "output rounded to bf16", "output rounded to f16"}) {
    Trial trial("n2c16h12w12_o16k3p1", Fill::normal);
    EXPECT_TRUE(contains(diagnosis_of(trial, {words}), words)) << text(diagnose(trial.evidence()));
  }
  Trial wide("n2c16h12w12_o16k3p1", Fill::normal, Dtype::f64);
  EXPECT_TRUE(contains(diagnosis_of(wide, {"inputs rounded to f32"}), "inputs rounded to f32"));
}

/// Within every bound, found by the statistical gate alone.
TEST(Diagnose, NamesWhatMakesAResultSloppy) {
  Trial trial("n1c1024h8w8_o8k3p1", Fill::normal);
  const auto diagnosis = diagnosis_of(trial, {"inputs rounded to tf32"});
  const auto verdict = trial.judged();
  ASSERT_TRUE(std::holds_alternative<Differs>(verdict));
  EXPECT_EQ(std::get<Differs>(verdict).oracle, Oracle{"relative_l2"});
  EXPECT_TRUE(contains(diagnosis, "inputs rounded to tf32")) << diagnosis;
}

TEST(Diagnose, HasNoRowTwice) {
  std::set<std::string> words;
  for (const auto& row : mutations()) EXPECT_TRUE(words.insert(row.words).second) << row.words;
  EXPECT_GE(words.size(), 100u);
}

TEST(Diagnose, NamesPairs) {
  struct {
    const char *problem, *one, *other;
  } const pairs[] = {
      {"n2c12h13w11_o12k3x5s2x3p2.1x1.2", "stride_h and stride_w swapped", "bias missing"},
      {"n2c12h13w13_o12k3x5s1x1p2x3d2x3", "padding_h and padding_w swapped",
       "dilation_h and dilation_w swapped"},
      {"n2c12h10w10_o8k3p1g4", "kernel flipped in h and w", "groups ignored (input"},
      {"n2c6h11w14_o6k3p2_reflect", "padding_mode taken as zeros", "the output's scale 2"},
  };
  for (const auto fill : {Fill::integer, Fill::normal})
    for (const auto& [problem, one, other] : pairs) {
      Trial trial(problem, fill);
      const auto diagnosis = diagnosis_of(trial, {one, other});
      EXPECT_TRUE(contains(diagnosis, one) && contains(diagnosis, other))
          << one << ", " << other << ": " << diagnosis;
    }
}

TEST(Diagnose, SaysWhereOnlyWrongOutputsMatch) {
  Trial trial("n1c8h12w12_o16k3p1", Fill::integer);
  const auto misread_all = answer_of(misread(trial, {&row_of("bias missing")}), trial);
  for (std::int64_t i = 0; i < 144 * 3; ++i) trial.set(i, misread_all[static_cast<std::size_t>(i)]);
  EXPECT_EQ(text(diagnose(trial.evidence())),
            "matches the reference with bias missing, where it is wrong");
}

TEST(Diagnose, LeavesRightAndRandomOutputsAlone) {
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    const auto g = testing::random_geometry(random);
    const auto type = std::array{Dtype::f32, Dtype::bf16}[static_cast<std::size_t>(i % 2)];
    Trial trial(short_text(g).c_str(), static_cast<Fill>(i / 2 % 3), type,
                i % 4 > 1 ? Layout::nhwc : Layout::nchw);
    EXPECT_EQ(diagnose(trial.evidence()), Diagnosis{}) << short_text(g);
    auto noise = trial.sums.want;
    for (auto& x : noise) x += 1 + static_cast<double>(random() % 1000);
    trial.answer(noise);
    EXPECT_EQ(diagnose(trial.evidence()), Diagnosis{})
        << short_text(g) << " " << word(trial.fill) << " " << word(type);
  }
}

TEST(Diagnose, LeavesOneStrayOutputAlone) {
  Trial trial("n1c8h6w6_o8k3p1", Fill::integer);
  trial.set(100, trial.at(100) + 1);
  EXPECT_EQ(diagnose(trial.evidence()), Diagnosis{});
  trial.set(100, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(diagnose(trial.evidence()), Diagnosis{});
}

/// Winograd's bound allows more than the direct one, but not a missing row of padding.
TEST(Diagnose, WorksUnderTiledBounds) {
  for (const auto fill : {Fill::integer, Fill::normal}) {
    Trial trial("n1c16h12w12_o8k3p1", fill);
    trial.algorithm = testing::winograd_algorithm(4);
    EXPECT_TRUE(contains(diagnosis_of(trial, {"padding_h shifted by one (one less"}), "padding_h"));
    EXPECT_TRUE(
        contains(diagnosis_of(trial, {"kernel flipped in h and w"}), "kernel flipped in h and w"));
  }
}

double seconds_of(const Evidence& evidence, std::string& diagnosis) {
  const auto begin = std::chrono::steady_clock::now();
  diagnosis = text(diagnose(evidence));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST(Diagnose, IsQuick) {
  struct {
    const char* problem;
    double seconds;
  } const limits[] = {
      {"n1c4h6w6_o4k3p1", 0.5}, {"n1c64h56w56_o64k3p1", 3}, {"n1c256h7w7_o256k3p1", 3}};
  for (const auto& [problem, limit] : limits) {
    Trial trial(problem, Fill::integer);
    std::string diagnosis;
    auto noise = trial.sums.want;
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] += static_cast<double>(1 + i % 7);
    trial.answer(noise);
    const double unnamed = seconds_of(trial.evidence(), diagnosis);
    EXPECT_LT(unnamed, limit) << problem;
    EXPECT_EQ(diagnosis, "");
    RecordProperty(std::string("seconds_") + problem, std::to_string(unnamed));
    diagnosis_of(trial, {"kernel flipped in h and w"});
    EXPECT_LT(seconds_of(trial.evidence(), diagnosis), limit) << problem;
    EXPECT_TRUE(contains(diagnosis, "kernel flipped in h and w")) << diagnosis;
  }
}

}  // namespace
}  // namespace convgauge::verify
