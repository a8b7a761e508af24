// What is on disk after each append, and what a resume does to it.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "core/layers.hpp"
#include "random_record.hpp"

namespace convgauge::record {
namespace {

class Writer : public testing::Test {
 protected:
  Writer()
      : file_(std::filesystem::temp_directory_path() /
              ("convgauge_writer_" + std::to_string(getpid()) + ".jsonl")) {}
  ~Writer() override { std::filesystem::remove(file_); }

  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(file_, std::ios::binary).rdbuf();
    return text.str();
  }

  std::filesystem::path file_;
};

TEST_F(Writer, EveryLineIsThereAtOnce) {
  auto writer = ResultsWriter::open(file_, std::nullopt);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE(writer->append("one"));
  EXPECT_EQ(content(), "one\n");
  ASSERT_TRUE(writer->append("two"));
  EXPECT_EQ(content(), "one\ntwo\n");
}

TEST_F(Writer, NeverOverwritesARun) {
  std::ofstream(file_) << "precious\n";
  const auto writer = ResultsWriter::open(file_, std::nullopt);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().message, file_.string() + ": File exists");
  EXPECT_EQ(content(), "precious\n");
}

TEST_F(Writer, ResumeCutsTheTornLineAndGoesOn) {
  const auto header = to_line(HeaderRecord{}) + "\n";
  std::ofstream(file_, std::ios::binary) << header << "{\"record\": \"ca";
  const auto before = read_results(file_);
  ASSERT_TRUE(before) << before.error().message;
  {
    auto writer = ResultsWriter::open(file_, before->whole_bytes);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer->append(to_line(RandomRecords(1).record(0, 0))));
  }
  const auto after = read_results(file_);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->cases.size(), 1u);
  EXPECT_EQ(after->torn_bytes, 0u);
}

TEST_F(Writer, ResumeRefusesAFileThatShrank) {
  std::ofstream(file_) << "short\n";
  const auto writer = ResultsWriter::open(file_, 100);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().message, file_.string() + ": is shorter than the 100 bytes to keep");
  EXPECT_EQ(content(), "short\n");
  EXPECT_FALSE(ResultsWriter::open(file_.string() + ".absent", 0));
}

TEST_F(Writer, OneWriterAtATime) {
  auto first = ResultsWriter::open(file_, std::nullopt);
  ASSERT_TRUE(first);
  const auto second = ResultsWriter::open(file_, 0);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, file_.string() + ": another convgauge is writing to it");
}

TEST_F(Writer, AFullDiskLeavesWholeLinesOnly) {
  auto writer = ResultsWriter::open(file_, std::nullopt);
  ASSERT_TRUE(writer && writer->append("one"));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{10, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto appended = writer->append("a line that does not fit");
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().message, file_.string() + ": File too large");
  EXPECT_EQ(content(), "one\n");
  EXPECT_TRUE(writer->append("two"));
  EXPECT_EQ(content(), "one\ntwo\n");
}

}  // namespace
}  // namespace convgauge::record
