// Settings are described once: what is made of the description.
#include "config/axes.hpp"

#include <gtest/gtest.h>

#include <set>
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

TEST(Axes, CombineWithTheLastVaryingFastest) {
  AxisSettings axes;
  axes.threads = {1, 2};
  axes.cold = {false, true};
  axes.deterministic = true;
  const auto all = combinations(axes);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].threads, 1);
  EXPECT_FALSE(all[0].cold);
  EXPECT_TRUE(all[1].cold);
  EXPECT_EQ(all[1].threads, 1);
  EXPECT_EQ(all[2].threads, 2);
  for (const auto& settings : all) EXPECT_TRUE(settings.deterministic);
}

TEST(Axes, OfOneCaseHaveItAsTheirOnlyCombination) {
  const CaseSettings settings{
      3,    Dtype::f16, Layout::native,      Direction::backward_data, MathMode::reduced,
      true, true,       MeasureMode::latency};
  EXPECT_EQ(combinations(axes_of(settings)), std::vector{settings});
}

TEST(Axes, TitlesSayWhatIsComputedAndWhatIsNotUsual) {
  EXPECT_EQ(settings_text({}), "1 thread · f32 · nchw · forward · strict");
  EXPECT_EQ(settings_text({2, Dtype::f64, Layout::nhwc, Direction::backward_weights, MathMode::tf32,
                           true, true, MeasureMode::latency}),
            "2 threads · f64 · nhwc · backward_weights · tf32 · cold · latency · deterministic");
}

TEST(Axes, VaryingNamesThoseThatDifferAndOnlyThose) {
  AxisSettings axes;
  axes.dtype = {Dtype::f32, Dtype::f64};
  axes.math = {MathMode::strict, MathMode::tf32};
  axes.cold = {false, true};
  const auto all = combinations(axes);
  std::set<std::string> names;
  for (const auto& settings : all) names.insert(phrases(varying(settings, all)));
  EXPECT_EQ(names.size(), 8U) << "eight cases, eight names";
  EXPECT_TRUE(names.contains("f64, tf32, cold"));
  EXPECT_TRUE(names.contains("f32, strict, warm"));
  EXPECT_TRUE(varying(all[0], {all[0]}).empty());
}

TEST(Axes, AreAllInTheTextsOnce) {
  std::set<std::string_view> keys;
  for (const auto& setting : setting_texts({})) {
    EXPECT_TRUE(keys.insert(setting.key.name).second) << setting.key.name;
    EXPECT_TRUE(setting.is_default) << setting.key.name;
    EXPECT_FALSE(setting.key.help.empty()) << setting.key.name;
  }
}

}  // namespace
}  // namespace convgauge::config
