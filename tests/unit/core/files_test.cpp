// Whole files: replaced at once, and never waited for.
#include "core/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace convgauge {
namespace {

class Files : public testing::Test {
 protected:
  Files()
      : folder_(std::filesystem::temp_directory_path() /
                ("convgauge_files_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Files() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path at(const char* name) const { return folder_ / name; }

  std::filesystem::path folder_;
};

TEST_F(Files, ComeBackAsTheyWereWritten) {
  const std::string text("a\0b\r\n\xff", 6);
  ASSERT_TRUE(write_text(at("a"), text));
  EXPECT_EQ(read_text(at("a")), text);
  ASSERT_TRUE(write_text(at("a"), ""));
  EXPECT_EQ(read_text(at("a")), "");
}

TEST_F(Files, KeepTheirModeAndTheirLink) {
  ASSERT_TRUE(write_text(at("a"), "old"));
  ::chmod(at("a").c_str(), 0640);
  std::filesystem::create_symlink("a", at("link"));
  ASSERT_TRUE(write_text(at("link"), "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(at("link")));
  EXPECT_EQ(read_text(at("a")), "new");
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(at("a")).permissions()), 0640u);
}

/// /dev/full stands for a disk that is full: the part of a file that could be written is not left.
TEST_F(Files, LeaveNoPartBehind) {
  std::filesystem::create_directory(at("taken"));
  const auto written = write_text(at("taken"), "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message.find(at("taken").string() + ": cannot be written: "), 0u);
  EXPECT_FALSE(write_text("/dev/full", "text"));
  EXPECT_FALSE(write_text(at("nowhere") / "a", "text"));
  const std::filesystem::directory_iterator all(folder_);
  EXPECT_EQ(std::distance(begin(all), end(all)), 1);
}

TEST_F(Files, NeverWaitForAWriter) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_text(at("pipe")), "");
  EXPECT_EQ(read_text("/dev/zero").error().message,
            "/dev/zero: cannot be read: a pipe or a device that gives more than 64 MiB");
  EXPECT_EQ(read_text(folder_).error().message, folder_.string() + ": is a folder, not a file");
  EXPECT_EQ(read_text(at("absent")).error().message,
            at("absent").string() + ": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace convgauge
