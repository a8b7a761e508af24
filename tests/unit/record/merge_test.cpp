// Shards of a run merged into one: which lines count, what is refused, what is left behind.
#include "record/merge.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "core/layers.hpp"

namespace convgauge::record {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

class Merge : public testing::Test {
 protected:
  Merge() : root_(fs::temp_directory_path() / ("convgauge_merge_" + std::to_string(::getpid()))) {
    fs::create_directories(root_);
  }
  ~Merge() override { fs::remove_all(root_); }

  static HeaderRecord header(int shard, int shards = 2, std::int64_t problems = 4) {
    HeaderRecord h;
    h.config_digest = "d";
    h.started = "2026-01-0" + std::to_string(5 - shard);
    h.machine.processor = "p";
    h.machine.noise_floor = shard / 100.0;
    h.plugins = {{"naive", "naive", "n.so", "hash", "1", "cpu:0"}};
    h.problems = problems;
    h.shard = shard;
    h.shards = shards;
    for (auto p = std::int64_t{shard}; p < problems; p += shards)
      h.shard_problems.push_back("net.p" + std::to_string(p));
    return h;
  }

  static std::string line(std::int64_t problem, std::int64_t index = 0, std::int64_t cases = 1,
                          double verify_s = 1) {
    CaseRecord r;
    r.position = {problem, index, cases};
    r.problem.suite = "net";
    r.problem.name = "p" + std::to_string(problem);
    r.backend = "naive";
    r.label = "naive" + std::to_string(index);
    r.verify_s = verify_s;
    return to_line(r) + "\n";
  }

  std::string folder(const std::string& name, const HeaderRecord& h, const std::string& lines) {
    fs::create_directories(root_ / name);
    std::ofstream(root_ / name / "results.jsonl", std::ios::binary) << to_line(h) << "\n" << lines;
    return (root_ / name).string();
  }

  /// The two shards of four problems.
  void two_shards() {
    a_ = folder("a", header(0), line(0) + line(2));
    b_ = folder("b", header(1), line(1) + line(3));
  }

  Expected<std::vector<MergedRun>> merged(const std::vector<std::string>& folders,
                                          Allowed allowed = {}) {
    return merge({folders, root_ / "out", std::move(allowed), {}});
  }

  /// The error without the folder that the test is in; nothing may be left of the merge.
  std::string complaint(const std::vector<std::string>& folders, Allowed allowed = {}) {
    const auto runs = merged(folders, std::move(allowed));
    for (const auto& entry : fs::directory_iterator(root_))
      EXPECT_FALSE(entry.path().filename().string().starts_with("out")) << entry.path();
    if (runs) return "none";
    auto text = runs.error().message;
    for (std::size_t at; (at = text.find(root_.string() + "/")) != text.npos;)
      text.erase(at, root_.string().size() + 1);
    return text;
  }

  std::string merged_lines() const {
    const auto text = content(root_ / "out" / "results.jsonl");
    return text.substr(text.find('\n') + 1);
  }

  fs::path root_;
  std::string a_, b_;
};

TEST_F(Merge, CopiesLinesInOrderOfTheProblems) {
  two_shards();
  const auto runs = merged({b_, a_});
  ASSERT_TRUE(runs) << runs.error().message;
  ASSERT_EQ(runs->size(), 1u);
  EXPECT_EQ(runs->front().cases, 4);
  EXPECT_EQ(merged_lines(), line(0) + line(1) + line(2) + line(3));
  const auto whole = read_results(root_ / "out");
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->header.shards, 0);
  EXPECT_EQ(whole->header.started, "2026-01-04");
  EXPECT_EQ(whole->header.machine.noise_floor, 0.01);
  ASSERT_EQ(whole->header.merged.size(), 2u);
  EXPECT_EQ(whole->header.merged[0].shard, 1);
  EXPECT_EQ(whole->header.merged[0].folder, b_);
}

TEST_F(Merge, TheLastWholeAttemptCounts) {
  const auto first = line(0, 0, 2, 1) + line(0, 1, 2, 1),
             again = line(0, 0, 2, 2) + line(0, 1, 2, 2);
  const auto cut = line(0, 0, 2, 3);
  a_ = folder("a", header(0, 2, 2), first + again + cut + "{\"torn\":");
  b_ = folder("b", header(1, 2, 2), line(1));
  ASSERT_TRUE(merged({a_, b_}));
  EXPECT_EQ(merged_lines(), again + line(1));
}

TEST_F(Merge, JoinedInMemoryItIsTheSameRun) {
  two_shards();
  ASSERT_TRUE(merged({a_, b_}));
  const auto whole = read_results(root_ / "out");
  std::vector<Results> shards;
  for (const auto& folder : {b_, a_}) shards.push_back(*read_results(folder));
  const auto joined = join_shards(std::move(shards), {b_, a_});
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->cases, whole->cases);
}

TEST_F(Merge, NamesHoles) {
  two_shards();
  EXPECT_EQ(complaint({a_}),
            "no folder is shard 2/2; `convgauge merge --allow holes` merges what is there");
  b_ = folder("b", header(1), line(1, 0, 2) + line(1, 1, 2) + line(3, 0, 2));
  EXPECT_EQ(complaint({a_, b_}),
            "b (shard 2/2) lacks problem 3 (net.p3) (1 of its 2 cases); `convgauge sweep CONFIG "
            "--shard 2/2 --resume b` finishes it");
  b_ = folder("b", header(1), line(3));
  EXPECT_NE(complaint({a_, b_}).find("lacks problem 1 (net.p1);"), std::string::npos);
  // What is cut off is left out where holes are allowed.
  b_ = folder("b", header(1), line(1) + line(3, 0, 2));
  const auto runs = merged({a_, b_}, {PartRule::holes});
  ASSERT_TRUE(runs) << runs.error().message;
  EXPECT_EQ(merged_lines(), line(0) + line(1) + line(2));
}

TEST_F(Merge, NamesOverlaps) {
  two_shards();
  const auto c = folder("c", header(1), line(1) + line(3));
  EXPECT_EQ(complaint({a_, b_, c}),
            "b and c are both shard 2/2: both have problem 1 (net.p1), problem 3 (net.p3)");
  EXPECT_EQ(complaint({a_, b_, a_ + "/results.jsonl"}), "a and a/results.jsonl are one folder");
}

TEST_F(Merge, RefusesWhatIsNoShardOfTheRun) {
  two_shards();
  auto whole = header(0);
  whole.shards = 0;
  EXPECT_EQ(complaint({a_, folder("w", whole, line(0))}), "w: is no shard: its run had no --shard");
  EXPECT_EQ(complaint({a_, folder("t", header(1, 3), line(1))}),
            "t: is shard 2/3 of 4 problems, and a is shard 1/2 of 4 problems");
}

TEST_F(Merge, OneOfOneIsTheRun) {
  auto whole = header(0);
  whole.shards = 0;
  ASSERT_TRUE(merged({folder("w", whole, line(0) + line(1) + line(2) + line(3))}));
  EXPECT_EQ(merged_lines(), line(0) + line(1) + line(2) + line(3));
}

TEST_F(Merge, AShardWithoutProblemsLeavesNoHole) {
  ASSERT_TRUE(merged({folder("a", header(0, 3, 2), line(0)), folder("b", header(1, 3, 2), line(1)),
                      folder("c", header(2, 3, 2), "")}));
  fs::remove_all(root_ / "out");
  EXPECT_TRUE(merged({(root_ / "b").string(), (root_ / "a").string()}));
}

TEST_F(Merge, RefusesDifferencesUnlessTheyAreAllowed) {
  two_shards();
  const auto differs = [&](auto change) {
    auto h = header(1);
    change(h);
    b_ = folder("b", h, line(1) + line(3));
    return complaint({a_, b_});
  };
  EXPECT_EQ(differs([](HeaderRecord& h) { h.config_digest = "e"; }),
            "b: was not made as a: config digest: d → e; `convgauge merge --allow configs` merges "
            "them all the same");
  EXPECT_NE(differs([](HeaderRecord& h) {
              h.plugins[0].hash = "other";
            }).find("plugin hash of 'naive': hash → other; `convgauge merge --allow plugins`"),
            std::string::npos);
  EXPECT_NE(differs([](HeaderRecord& h) {
              h.plugins.clear();
            }).find("backend of 'naive': here → not here"),
            std::string::npos);
  EXPECT_NE(differs([](HeaderRecord& h) { h.compiler = "c"; }).find("--allow convgauge"),
            std::string::npos);
  EXPECT_NE(differs([](HeaderRecord& h) {
              h.machine.cores = 9;
            }).find("cores: 0 (0 physical) → 9 (0 physical); `convgauge merge --allow machines`"),
            std::string::npos);
  // Another host of the same kind is what a fleet has.
  auto h = header(1);
  h.machine.hostname_hash = "other";
  b_ = folder("b", h, line(1) + line(3));
  EXPECT_TRUE(merged({a_, b_}));
}

TEST_F(Merge, AnAllowedDifferenceIsInTheHeader) {
  two_shards();
  auto h = header(1);
  h.plugins[0].hash = "other";
  b_ = folder("b", h, line(1) + line(3));
  ASSERT_TRUE(merged({a_, b_}, {PartRule::plugins}));
  const auto whole = read_results(root_ / "out");
  EXPECT_TRUE(whole->header.merged[0].differences.empty());
  EXPECT_EQ(whole->header.merged[1].differences,
            (std::vector<std::string>{"plugin hash of 'naive': hash → other"}));
}

TEST_F(Merge, KindsOfMachineGetFoldersOfTheirOwn) {
  two_shards();
  auto h = header(1);
  h.machine.processor = "q";
  b_ = folder("b", h, line(1) + line(3));
  const auto runs = merged({a_, b_}, {PartRule::machines});
  ASSERT_TRUE(runs) << runs.error().message;
  ASSERT_EQ(runs->size(), 2u);
  const auto other = read_results(root_ / "out" / "machine-2");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->header.machine.processor, "q");
  EXPECT_EQ(other->cases.size(), 2u);
  EXPECT_EQ(read_results(root_ / "out" / "machine-1")->cases.size(), 2u);
}

TEST_F(Merge, NamesFileLineAndRule) {
  two_shards();
  const auto with = [&](const std::string& bad) {
    b_ = folder("b", header(1), line(1) + bad + line(3));
    return complaint({a_, b_});
  };
  EXPECT_EQ(with(line(2)),
            "b/results.jsonl:3: /position/problem: 2: is not of shard 2/2, which has every problem "
            "whose index modulo 2 is 1");
  EXPECT_EQ(with(line(5)),
            "b/results.jsonl:3: /position/problem: 5: the run has 4 problems, counted from 0");
  EXPECT_EQ(with(line(3, 2, 2)),
            "b/results.jsonl:3: /position/index: 2 of 2 cases, counted from 0");
  EXPECT_EQ(with("{}\n"), "b/results.jsonl:3: /record: is missing");
  EXPECT_EQ(with(to_line(header(1)) + "\n"),
            "b/results.jsonl:3: /record: a second header; one results file is one run");
  EXPECT_NE(with(line(3).substr(0, 60) + "\n").find("b/results.jsonl:3: column"),
            std::string::npos);
  EXPECT_EQ(with("[1]\n").find("b/results.jsonl:3: expected an object"), 0u);
  EXPECT_EQ(with("{\"a\":" + std::string(70, '[') + std::string(70, ']') + "}\n"),
            "b/results.jsonl:3: is nested deeper than 64");
  EXPECT_EQ(with("{\"record\":\"case\",\"backend\":\"n\",\"problem\":{}}\n"),
            "b/results.jsonl:3: /position: is missing");
  EXPECT_EQ(with("{\"record\":\"case\",\"backend\":\"n\",\"problem\":{},\"position\":{\"problem\":"
                 "\"x\",\"index\":0,\"cases\":1}}\n")
                .find("b/results.jsonl:3: /position/problem: expected a whole number"),
            0u);
  EXPECT_EQ(complaint({a_, (root_ / "none").string()}).find("none: cannot be read"), 0u);
}

TEST_F(Merge, NeverWritesOverAnything) {
  two_shards();
  fs::create_directories(root_ / "out");
  std::ofstream(root_ / "out" / "precious") << "x";
  const auto runs = merged({a_, b_});
  ASSERT_FALSE(runs);
  EXPECT_NE(runs.error().message.find("is there already, and is no empty folder"),
            std::string::npos);
  EXPECT_EQ(content(root_ / "out" / "precious"), "x");
  fs::remove(root_ / "out" / "precious");
  EXPECT_TRUE(merged({a_, b_}));
}

TEST_F(Merge, RefusesARunThatIsGoingOn) {
  two_shards();
  const auto writer = ResultsWriter::open(b_ + "/results.jsonl", 10);
  ASSERT_TRUE(writer);
  EXPECT_EQ(complaint({a_, b_}), "b/results.jsonl: another convgauge is writing to it");
}

TEST_F(Merge, AnInterruptLeavesNothing) {
  two_shards();
  const auto runs = merge({{a_, b_}, root_ / "out", {}, [] { return true; }});
  ASSERT_TRUE(runs);
  EXPECT_TRUE(runs->empty());
  EXPECT_FALSE(fs::exists(root_ / "out"));
}

}  // namespace
}  // namespace convgauge::record
