// from(to(x)) == x, and the fields that other programs read.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/layers.hpp"
#include "random_record.hpp"

namespace convgauge::record {
namespace {

using nlohmann::json;

Expected<Results> read_text(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("convgauge_line_" + std::to_string(getpid()) + ".jsonl");
  std::ofstream(file, std::ios::binary) << text;
  auto results = read_results(file);
  std::filesystem::remove(file);
  return results;
}

CaseRecord example() {
  CaseRecord r;
  r.problem = {
      "resnet50", "layer1.0.conv2", {1, 64, 64, 1, {56, 3, 1, 1, 1, 1}, {56, 3, 1, 1, 1, 1}}, 3};
  r.backend = r.label = "winograd";
  r.device = "cpu:0";
  r.algorithm = Algorithm{.name = "winograd.f4x4_3x3", .algorithm_class = AlgorithmClass::winograd};
  r.settings.threads = 2;
  r.verdict = Agrees{0.12, 6.1e-7, 200704, {}};
  Measured measured;
  measured.samples_ns = {300100, 301000, 302000, 303000, 305000, 306000, 307000, 309000, 310000};
  measured.executions_per_sample = 8;
  measured.prepare_ns = 120000;
  r.measurement = measured;
  r.bytes = 1753088;
  r.packed_weight_bytes = 589824;
  r.replay = "convgauge bench n1c64h56w56_o64k3p1 --backend winograd";
  return r;
}

TEST(Line, KeepsEveryFieldOfEveryKind) {
  RandomRecords random(1);
  for (int round = 0; round < 100; ++round) {
    Results want;
    want.header = random.header();
    std::string text = to_line(want.header) + "\n";
    for (std::size_t verdict = 0; verdict < std::variant_size_v<Verdict>; ++verdict)
      for (std::size_t measurement = 0; measurement < std::variant_size_v<Measurement>;
           ++measurement) {
        want.cases.push_back(random.record(verdict, measurement));
        text += to_line(want.cases.back()) + "\n";
      }
    const auto got = read_text(text);
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->header, want.header);
    ASSERT_EQ(got->cases.size(), want.cases.size());
    for (std::size_t i = 0; i < want.cases.size(); ++i)
      EXPECT_EQ(got->cases[i], want.cases[i]) << to_line(want.cases[i]);
    EXPECT_EQ(got->whole_bytes, text.size());
    EXPECT_EQ(got->torn_bytes, 0u);
  }
}

TEST(Line, SamplesOfItsProcessesAddUp) {
  auto r = example();
  for (const auto& parts : {std::vector<std::int64_t>{4, 4}, {10}, {-1, 10}}) {
    std::get<Measured>(r.measurement).samples_per_process = parts;
    const auto got = read_text(to_line(HeaderRecord{}) + "\n" + to_line(r) + "\n");
    ASSERT_FALSE(got) << parts.size();
    EXPECT_NE(got.error().message.find("samples_per_process"), std::string::npos)
        << got.error().message;
  }
}

TEST(Line, KeepsNanAndInfinity) {
  auto r = example();
  const double infinity = std::numeric_limits<double>::infinity();
  r.verdict = Differs{
      1,  2, {{0, 1, 2, 3}, std::nan(""), 1, 0}, {{0, 0, 0, 0}, infinity, -infinity, 0}, {"normal"},
      "", {}};
  const auto line = json::parse(to_line(r));
  EXPECT_EQ(line["verdict"]["first"]["got"], "nan");
  EXPECT_EQ(line["verdict"]["worst"]["want"], "-inf");
  const auto got = read_text(to_line(HeaderRecord{}) + "\n" + to_line(r) + "\n");
  ASSERT_TRUE(got) << got.error().message;
  const auto& differs = std::get<Differs>(got->cases.at(0).verdict);
  EXPECT_TRUE(std::isnan(differs.first.got));
  EXPECT_EQ(differs.worst, std::get<Differs>(r.verdict).worst);
}

TEST(Line, HasTheFieldsOfTheDesign) {
  const auto line = json::parse(to_line(example()));
  EXPECT_EQ(line["record"], "case");
  EXPECT_EQ(line["problem"]["in_channels"], 64);
  EXPECT_EQ(line["problem_text"], "n1c64h56w56_o64k3p1");
  EXPECT_EQ(line["suite"], "resnet50");
  EXPECT_EQ(line["count"], 3);
  EXPECT_EQ(line["algorithm"], "winograd.f4x4_3x3");
  EXPECT_EQ(line["algorithm_class"], "winograd");
  EXPECT_EQ(line["requested_algorithm"], "default");
  EXPECT_EQ(line["settings"]["threads"], 2);
  EXPECT_EQ(line["settings"]["cold"], false);
  EXPECT_EQ(
      line["verdict"],
      json::parse(R"({"kind": "agrees", "worst": 0.12, "rel_l2": 6.1e-7, "elements": 200704})"));
  EXPECT_EQ(line["measurement"]["kind"], "measured");
  EXPECT_EQ(line["time_ns"]["median"], 305000);
  EXPECT_EQ(line["time_ns"]["min"], 300100);
  EXPECT_LE(line["time_ns"]["low"], line["time_ns"]["median"]);
  EXPECT_GE(line["time_ns"]["confidence"], 0.99);
  EXPECT_EQ(line["time_ns"]["samples"].size(), 9u);
  EXPECT_EQ(line["time_ns"]["executions_per_sample"], 8);
  EXPECT_EQ(line["prepare_ns"], 120000);
  EXPECT_EQ(line["upload_ns"], 0);
  EXPECT_EQ(line["flops"], 231211008);
  EXPECT_NEAR(line["gflops"], 231211008 / 305000.0, 1e-9);
  EXPECT_EQ(line["bytes"], 1753088);
  EXPECT_EQ(line["workspace_bytes"], 0);
  EXPECT_EQ(line["packed_weight_bytes"], 589824);
}

TEST(Line, StatesTheRoofAndTheShareOfIt) {
  auto r = example();
  EXPECT_FALSE(json::parse(to_line(r)).contains("roof")) << "nobody measured peaks";
  Machine machine;
  machine.fma_peaks = {{"avx2+fma", 2, 190e9}};
  machine.read_peaks = {{"l2", 2, 2 << 20, 10e9}, {"memory", 2, 0, 1e9}};
  r.roof = roof_on(machine, r);
  ASSERT_TRUE(r.roof);
  const auto roof = json::parse(to_line(r))["roof"];
  EXPECT_EQ(roof["level"], "l2");
  EXPECT_EQ(roof["by_compute"], true);
  EXPECT_EQ(roof["flops"], 190e9);
  EXPECT_NEAR(roof["share"], 231211008 / 305000.0 / 190, 1e-9);
  r.settings.cold = true;
  EXPECT_NEAR(roof_on(machine, r)->flops, 231211008 / 1753088.0 * 1e9, 1);
  r.measurement = Skipped{SkipReason::over_budget};
  EXPECT_TRUE(json::parse(to_line(r))["roof"]["share"].is_null());
  r.settings.dtype = Dtype::f16;
  EXPECT_FALSE(roof_on(machine, r)) << "peaks are those of f32";
  r.settings.dtype = Dtype::f32;
  r.device = "gpu:0";
  EXPECT_FALSE(roof_on(machine, r)) << "peaks are the processor's";
}

TEST(Line, SaysWhenThereIsNoInterval) {
  auto r = example();
  std::get<Measured>(r.measurement).samples_ns = {1, 2, 3};
  const auto few = json::parse(to_line(r))["time_ns"];
  EXPECT_TRUE(few["low"].is_null());
  EXPECT_DOUBLE_EQ(few["confidence"], 0.75) << "1 - 2^(1-3)";
  r.measurement = Skipped{SkipReason::over_budget};
  EXPECT_TRUE(json::parse(to_line(r))["time_ns"].is_null());
  EXPECT_TRUE(json::parse(to_line(r))["gflops"].is_null());
  EXPECT_EQ(gflops(r), 0);
}

TEST(Line, IsOneLineOfUtf8WhateverAPluginSays) {
  auto r = example();
  r.verdict = Died{11, 0, "a\nb", "\xff\xfe\x80 half a rune \xe6\xbc"};
  const auto line = to_line(r);
  EXPECT_EQ(line.find('\n'), line.npos);
  EXPECT_TRUE(json::accept(line));
}

TEST(Line, LeavesOutDetailsThatNestTooDeep) {
  auto r = example();
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  r.details = nested(20);
  EXPECT_TRUE(json::parse(to_line(r)).contains("details"));
  for (const std::size_t depth : {40, 130'000, 4'000'000}) {
    r.details = nested(depth);
    EXPECT_FALSE(json::parse(to_line(r)).contains("details")) << depth;
  }
}

TEST(Line, PrettyJsonHoldsTheSame) {
  const auto list = json::parse(to_pretty_json({example(), example()}));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1], json::parse(to_line(example())));
}

}  // namespace
}  // namespace convgauge::record
