// What counts as done when a run was cut off, and what makes it another run.
#include "run/resume.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include "core/layers.hpp"

namespace convgauge::run {
namespace {

HeaderRecord header() {
  HeaderRecord h;
  h.config_digest = "d";
  h.machine.processor = "p";
  h.machine.cores = 2;
  h.plugins = {{"naive", "naive", "n.so", "hash", "1", "cpu:0"}};
  return h;
}

CaseRecord record(std::int64_t problem, std::int64_t index, std::int64_t cases) {
  CaseRecord r;
  r.position = {problem, index, cases};
  r.backend = r.label = "naive";
  return r;
}

/// A file with these lines; the folder goes with the object.
struct File {
  explicit File(const std::vector<std::string>& lines) {
    std::filesystem::create_directories(folder);
    std::ofstream out(path, std::ios::binary);
    for (const auto& line : lines) out << line << "\n";
  }
  ~File() { std::filesystem::remove_all(folder); }
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("convgauge-resume-" + std::to_string(::getpid()));
  std::filesystem::path path = folder / "results.jsonl";
};

TEST(Resume, DropsAProblemThatWasCutOff) {
  const std::vector<std::string> lines{to_line(header()), to_line(record(0, 0, 2)),
                                       to_line(record(0, 1, 2)), to_line(record(1, 0, 2))};
  const File file(lines);
  const auto found = read_results(file.path);
  ASSERT_TRUE(found) << found.error().message;
  const auto resumed = resume(file.path, *found, header());
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->cases.size(), 2u);
  EXPECT_EQ(resumed->problems, (std::set<std::int64_t>{0}));
  EXPECT_EQ(resumed->keep_bytes, lines[0].size() + lines[1].size() + lines[2].size() + 3);
}

/// A kill while a problem was measured again: its first attempt counts until the second is whole.
TEST(Resume, DropsASecondAttemptThatWasCutOff) {
  auto noisy = record(0, 0, 2);
  noisy.verdict = Agrees{};
  noisy.measurement = Inconclusive{"loud"};
  auto now = record(0, 0, 2);
  now.verdict = Agrees{};
  const std::vector<std::string> lines{to_line(header()), to_line(noisy), to_line(record(0, 1, 2)),
                                       to_line(record(1, 0, 1)), to_line(now)};
  const File file(lines);
  const auto found = read_results(file.path);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->cases.size(), 3u);
  EXPECT_EQ(found->cases[0].measurement, noisy.measurement);
  const auto resumed = resume(file.path, *found, header(), std::array{Outcome::noisy});
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->problems, (std::set<std::int64_t>{1}));
  EXPECT_EQ(resumed->cases.size(), 3u);
  EXPECT_EQ(resumed->keep_bytes, found->whole_bytes - lines.back().size() - 1);
}

TEST(Resume, RefusesAnotherRun) {
  const File file({to_line(header())});
  const auto found = read_results(file.path);
  ASSERT_TRUE(found);
  auto now = header();
  now.config_digest = "other";
  EXPECT_NE(resume(file.path, *found, now).error().message.find("the config has changed"),
            std::string::npos);
  now = header();
  now.plugins[0].hash = "other";
  EXPECT_NE(
      resume(file.path, *found, now).error().message.find("the plugin of 'naive' has changed"),
      std::string::npos);
  now = header();
  now.machine.cores = 64;
  EXPECT_NE(resume(file.path, *found, now).error().message.find("another machine"),
            std::string::npos);
  now = header();
  now.plugins.clear();
  EXPECT_NE(resume(file.path, *found, now).error().message.find("not here any more"),
            std::string::npos);
}

}  // namespace
}  // namespace convgauge::run
