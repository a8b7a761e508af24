// The cache gives the values it was given, forgets the oldest, and trusts no file.
#include "reference/cache.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>

#include "core/layers.hpp"
#include "problem_data.hpp"

namespace convgauge::reference {
namespace {

namespace fs = std::filesystem;
using testing::slow_sums;
using testing::spec_of;
using testing::Tensors;

class Cache : public ::testing::Test {
 protected:
  Cache()
      : directory_(fs::temp_directory_path() /
                   ("convgauge_cache_test_" + std::to_string(::getpid()))) {
    fs::remove_all(directory_);
  }
  ~Cache() override { fs::remove_all(directory_); }

  ReferenceCache::Options on_disk() const {
    return {.directory = directory_, .disk_terms = 1, .disk_flops = 0};
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    if (fs::exists(directory_))
      for (const auto& entry : fs::directory_iterator(directory_))
        if (entry.path().extension() == ".reference") all.push_back(entry.path());
    return all;
  }
  std::vector<double> want(ReferenceCache& cache, const Spec& spec, std::uint64_t seed = 1) const {
    const Tensors tensors(spec, Fill::normal, seed);
    return cache.get(spec, Fill::normal, {seed, seed}, tensors.inputs(), 1)->want;
  }

  /// How often a new process finds the reference on disk.
  std::int64_t hits() const {
    ReferenceCache cache(on_disk());
    want(cache, spec_);
    return cache.counts().disk_hits;
  }

  const Spec spec_ = spec_of("n1c4h6w6_o4k3p1");
  fs::path directory_;
};

TEST_F(Cache, ComputesOnceAndRemembers) {
  ReferenceCache cache({});
  const auto slow = slow_sums(spec_, Tensors(spec_)).want;
  EXPECT_EQ(want(cache, spec_), slow);
  EXPECT_EQ(want(cache, spec_), slow);
  EXPECT_EQ(cache.counts().computed, 1);
  EXPECT_EQ(cache.counts().memory_hits, 1);
}

TEST_F(Cache, EverythingThatMattersIsInTheKey) {
  const auto key = reference_key(spec_, Fill::normal, {1, 1});
  EXPECT_NE(key, reference_key(spec_, Fill::uniform, {1, 1}));
  EXPECT_NE(key, reference_key(spec_, Fill::normal, {2, 2}));
  EXPECT_NE(key, reference_key(spec_of("n1c4h6w6_o4k3p1_nobias"), Fill::normal, {1, 1}));
  EXPECT_NE(key, reference_key(spec_of("n1c4h6w6_o4k3p1", Dtype::bf16), Fill::normal, {1, 1}));
  EXPECT_EQ(key, reference_key(spec_of("n1c4h6w6_o4k3p1", Dtype::f32, Layout::nhwc), Fill::normal,
                               {1, 1}))
      << "results are contiguous NCHW whatever the layout";
}

TEST_F(Cache, ForgetsTheLeastRecentlyUsed) {
  const std::size_t one = 4 * 36 * 2 * sizeof(double);
  ReferenceCache cache({.memory_bytes = 2 * one, .directory = {}});
  want(cache, spec_, 1), want(cache, spec_, 2), want(cache, spec_, 1), want(cache, spec_, 3);
  want(cache, spec_, 1);
  EXPECT_EQ(cache.counts().computed, 3);
  want(cache, spec_, 2);
  EXPECT_EQ(cache.counts().computed, 4);
}

TEST_F(Cache, AnotherProcessFindsTheFile) {
  ReferenceCache first(on_disk()), second(on_disk());
  const auto values = want(first, spec_);
  EXPECT_EQ(files().size(), 1u);
  EXPECT_EQ(want(second, spec_), values);
  EXPECT_EQ(second.counts().disk_hits, 1);
  EXPECT_EQ(second.counts().computed, 0);
}

TEST_F(Cache, CheapSumsAreNotWorthAFile) {
  ReferenceCache cache({.directory = directory_});
  want(cache, spec_);
  EXPECT_TRUE(files().empty());
}

TEST_F(Cache, TornAndDamagedFilesAreComputedAgain) {
  const auto values = [&] {
    ReferenceCache cache(on_disk());
    return want(cache, spec_);
  }();
  const auto file = files().at(0);
  const auto size = fs::file_size(file);
  for (const auto cut : {std::uintmax_t{0}, std::uintmax_t{5}, size / 2, size - 1}) {
    fs::resize_file(file, cut);
    ReferenceCache cache(on_disk());
    EXPECT_EQ(want(cache, spec_), values);
    EXPECT_EQ(cache.counts().computed, 1) << cut;
  }
  for (const auto at : {std::uintmax_t{9}, std::uintmax_t{40}, size / 2, size - 1}) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(byte);
    stream.close();
    ReferenceCache cache(on_disk());
    EXPECT_EQ(want(cache, spec_), values);
    EXPECT_EQ(cache.counts().computed, 1) << at;
  }
}

TEST_F(Cache, KeepsItsQuotaByLastUse) {
  auto options = on_disk();
  {
    ReferenceCache cache(options);
    want(cache, spec_, 1), want(cache, spec_, 2);
  }
  options.disk_bytes = 2 * fs::file_size(files().at(0)) + 100;
  ReferenceCache again(options);
  want(again, spec_, 1);  // used last, though written first
  want(again, spec_, 3);
  EXPECT_EQ(files().size(), 2u);
  ReferenceCache third(options);
  want(third, spec_, 1);
  EXPECT_EQ(third.counts().disk_hits, 1);
}

TEST_F(Cache, AFileOfAnotherKeyIsNotBelieved) {
  const auto other = directory_ / "other";
  auto options = on_disk();
  options.directory = other;
  {
    ReferenceCache cache(options);
    want(cache, spec_);
  }
  ReferenceCache(on_disk()).get(spec_, Fill::normal, {2, 2},
                                Tensors(spec_, Fill::normal, 2).inputs(), 1);
  for (const auto& entry : fs::directory_iterator(other))
    if (entry.path().extension() == ".reference")
      fs::copy_file(entry.path(), directory_ / entry.path().filename());
  EXPECT_EQ(files().size(), 2u);
  EXPECT_EQ(hits(), 0);
}

TEST_F(Cache, LinksAndPipesAreNotFollowed) {
  {
    ReferenceCache cache(on_disk());
    want(cache, spec_);
  }
  const auto file = files().at(0);
  EXPECT_EQ(hits(), 1);
  fs::rename(file, directory_ / "moved");
  fs::create_symlink(directory_ / "moved", file);
  EXPECT_EQ(hits(), 0);  // and the link is replaced by a file
  EXPECT_EQ(hits(), 1);
  fs::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_EQ(hits(), 0);
}

TEST_F(Cache, WhatOthersMayWriteIsNotBelieved) {
  {
    ReferenceCache cache(on_disk());
    want(cache, spec_);
  }
  const auto file = files().at(0);
  fs::permissions(file, fs::perms::group_write, fs::perm_options::add);
  EXPECT_EQ(hits(), 0);
  EXPECT_EQ(hits(), 1);  // it was written anew
  fs::permissions(directory_, fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(hits(), 0);
  fs::permissions(directory_, fs::perms::others_write, fs::perm_options::remove);
  EXPECT_EQ(hits(), 1);
}

TEST_F(Cache, AKeyThatOthersCouldReadIsReplaced) {
  {
    ReferenceCache cache(on_disk());
    want(cache, spec_);
  }
  const auto key = directory_ / "key";
  EXPECT_EQ(fs::status(key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  fs::permissions(key, fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(hits(), 0);
  EXPECT_EQ(fs::status(key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(hits(), 1);
}

// The paper's appendix A: the 15 bytes 00 .. 0e under the key 00 .. 0f.
TEST(SipHash24, IsThatOfThePaper) {
  SipHash hash({0x0706050403020100u, 0x0f0e0d0c0b0a0908u});
  hash.add_word(0x0706050403020100u);
  hash.add_word(0x0f0e0d0c0b0a0908u);
  EXPECT_EQ(hash.value(), 0xa129ca6149be45e5u);
}

TEST_F(Cache, ADirectoryThatCannotBeWrittenCostsNothingElse) {
  ReferenceCache cache({.directory = "/proc/nothing/here", .disk_terms = 1, .disk_flops = 0});
  EXPECT_EQ(want(cache, spec_), slow_sums(spec_, Tensors(spec_)).want);
}

}  // namespace
}  // namespace convgauge::reference
