// A folder of the test's own, and what the reader says of configs in it.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

struct Scratch {
  std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("convgauge_config_" + std::to_string(getpid()));

  Scratch() { std::filesystem::create_directories(folder); }
  ~Scratch() { std::filesystem::remove_all(folder); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const auto file = folder / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  Expected<Suite> read(const std::string& text) const { return read_suite(write("x.json", text)); }
  /// The message, with the folder left out of it; "legal" where there is none.
  std::string refusal(const std::string& text) const { return refusal_of(write("x.json", text)); }
  std::string refusal_of(const std::filesystem::path& file) const {
    const auto suite = read_suite(file);
    if (suite) return "legal";
    auto message = suite.error().message;
    const auto prefix = folder.string() + "/";
    for (auto at = message.find(prefix); at != std::string::npos; at = message.find(prefix))
      message.erase(at, prefix.size());
    return message;
  }
};

/// A legal problem but for `more`, its last keys, which a test is about.
inline std::string problem(const std::string& more) {
  return R"({"in_channels": 4, "out_channels": 6, "height": 8, "width": 9)" +
         (more.empty() ? "" : ", " + more) + "}";
}
inline std::string config(const std::string& more) {
  return R"({"problems": [)" + problem(more) + "]}";
}
/// A legal config with more keys beside its problems.
inline std::string beside(const std::string& more) {
  return R"({"problems": [)" + problem(R"("name": "a", "kernel_size": 3)") + "], " + more + "}";
}

}  // namespace convgauge::config
