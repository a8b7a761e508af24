// Files and command lines of benchdnn.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/layers.hpp"
#include "reading.hpp"

namespace convgauge::import {
namespace {

namespace fs = std::filesystem;

Reading batch(const std::string& text) {
  return read(read_benchdnn, text);
}

TEST(Benchdnn, OptionsStayUntilTheyChangeAndListsMultiply) {
  const auto reading = batch(
      "# a comment ic1\n--conv --dir=FWD_D,BWD_D --dt=f32,bf16:bf16:bf16\n"
      "ic1ih4oc1kh1n\"a\" # another\n--dir=BWD_W\nmb3ic1ih4oc1kh1\n--reset ic1ih4oc1kh1\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(
      reading.layers,
      (Strings{"n2c1h4w4_o1k1_nobias f32 forward 1", "n2c1h4w4_o1k1_nobias bf16 forward 1",
               "n2c1h4w4_o1k1_nobias f32 backward_data 1",
               "n2c1h4w4_o1k1_nobias bf16 backward_data 1",
               "n3c1h4w4_o1k1_nobias f32 backward_weights 1",
               "n3c1h4w4_o1k1_nobias bf16 backward_weights 1", "n2c1h4w4_o1k1 f32 forward 1"}));
  EXPECT_EQ(reading.names[0], "a");
  EXPECT_EQ(reading.names[1], "a bf16 forward");
}

TEST(Benchdnn, NamesRepetitionsAndBatches) {
  const auto reading =
      batch("--mb=0,8 --dir=FWD_I\nic1ih4oc1kh1_n\"net:conv1*3\" ic2ih4oc1kh1nx*2&y\n");
  EXPECT_EQ(reading.layers,
            (Strings{"n2c1h4w4_o1k1_nobias f32 forward 3", "n8c1h4w4_o1k1_nobias f32 forward 3",
                     "n2c2h4w4_o1k1_nobias f32 forward 3", "n8c2h4w4_o1k1_nobias f32 forward 3"}));
  EXPECT_EQ(reading.names, (Strings{"net:conv1", "net:conv1 #2", "x, y", "x, y #2"}));
}

TEST(Benchdnn, BiasTagsAndAttributes) {
  const auto reading = batch(
      "--dir=FWD_I --bia-dt=f32 --stag=axb --dtag=any ic1ih4oc1kh1\n"
      "--bia-dt= --stag=axb --dtag=abx ic1ih4oc1kh1\n"
      "--stag=acdb --dtag=acdb --attr-post-ops=relu --alg=direct -v5 ic1ih4oc1kh1\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.layers, (Strings{"n2c1h4w4_o1k1 f32 forward nhwc 1",
                                     "n2c1h4w4_o1k1_nobias f32 forward nhwc 1"}));
  EXPECT_EQ(reading.skipped, (Strings{"convolution between two layouts 1",
                                      "post-operation, scale or other attribute (--attr-...) 1"}));
}

TEST(Benchdnn, CommandsOfAShellAndOtherDrivers) {
  const auto reading = batch(
      "$ ./benchdnn --deconv --dir=FWD_B mb1ic8oc4ih5oh10kh2sh2ph0\n"
      "./benchdnn --matmul --dt=s8 --bogus=1 10x20:20x30\n"
      "./benchdnn --conv --dir=FWD_D \\\n  --dt=u8:s8:f32 'ic1ih4oc1kh1n\\\"q\\\"'\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.layers, Strings{"n1c4h10w10_o8k2s2_nobias f32 backward_data 1"});
  EXPECT_EQ(reading.skipped, (Strings{"matmul 1", "convolution of u8:s8:f32 1"}));
}

TEST(Benchdnn, AWordGoesOnBehindABackslash) {
  const auto reading =
      batch("--dt=f32,\\\n  f16, \\\n  # in between\n  bf16\n--dir=bwd_d ic1ih4oc1kh1\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.layers, (Strings{"n2c1h4w4_o1k1_nobias f32 backward_data 1",
                                     "n2c1h4w4_o1k1_nobias f16 backward_data 1",
                                     "n2c1h4w4_o1k1_nobias bf16 backward_data 1"}));
}

TEST(Benchdnn, WordsOfAShellsCommand) {
  const auto reading =
      batch("./benchdnn\t--conv --dir=FWD_D \\\n\tic1ih4oc1kh1 \\\n  ic2ih4oc1kh1 > log 2>&1\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.layers,
            (Strings{"n2c1h4w4_o1k1_nobias f32 forward 1", "n2c2h4w4_o1k1_nobias f32 forward 1"}));
}

TEST(Benchdnn, MatchLeavesOutTheRest) {
  const auto reading = batch("--match=.*conv_2.* ic1ih4oc1kh1nconv_1 ic2ih4oc1kh1nconv_2x\n");
  EXPECT_EQ(reading.names, Strings{"conv_2x"});
  EXPECT_EQ(reading.skipped, Strings{"problem 1"});
}

TEST(Benchdnn, FilesAreReadWhereTheyAreNamed) {
  const auto folder =
      fs::path(testing::TempDir()) / ("convgauge_batch_" + std::to_string(getpid()));
  fs::create_directories(folder / "conv");
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name) << text;
  };
  write("conv/all", "--mb=1 --batch=part\n--dir=BWD_D --batch=part\n");
  write("conv/part", "ic1ih4oc1kh1\n");
  write("conv/loop", "--batch=loop\n");
  write("conv/bad", "ic1ih4oc1kh1\nic1ih4oc1khx\n");
  write("conv/outer", "\n\n--batch=bad\n");
  fs::create_directories(folder / "deconv");
  write("deconv/up", "mb1ic8oc4ih5oh10kh2sh2ph0\n");
  const auto of = [&](const char* name) {
    auto lines = Lines::open(folder / name);
    Merge merge;
    const auto done = read_benchdnn(*lines, merge);
    auto text = done ? short_text(merge.finish("x", "").suite.problems.back().geometry)
                     : done.error().message;
    for (auto at = text.find(folder.string()); at != std::string::npos;
         at = text.find(folder.string()))
      text.erase(at, folder.string().size() + 1);
    return text;
  };
  EXPECT_EQ(of("conv/all"), "n1c1h4w4_o1k1_nobias");
  EXPECT_EQ(of("deconv/up"), "n1c4h10w10_o8k2s2_nobias") << "of the driver whose folder it is in";
  EXPECT_EQ(of("conv/outer"), "conv/bad:2: kh: has no number, but 'x'") << "the place once";
  EXPECT_NE(of("conv/loop").find("files are named within files"), std::string::npos)
      << of("conv/loop");
  fs::remove_all(folder);
}

TEST(Benchdnn, ErrorsNameLineOptionAndValue) {
  EXPECT_EQ(batch("\n--dir=FWD_X ic1\n").error,
            "x:2: --dir: 'FWD_X' is not FWD_B, FWD_D, FWD_I, BWD_D, BWD_W, BWD_WB or BWD_DW");
  EXPECT_EQ(batch("--dirr=FWD_B\n").error,
            "x:1: --dirr: no such option of benchdnn; did you mean 'dir'?");
  EXPECT_EQ(batch("--mb=x\n").error, "x:1: --mb: 'x' is not a number from 0 to 1e9");
  EXPECT_EQ(batch("--match=(\n").error, "x:1: --match: missing ): (");
  EXPECT_EQ(batch("--batch=gone\n").error,
            "x:1: --batch=gone: no such file beside this one, in ../conv or in inputs/conv");
  EXPECT_EQ(batch("10x20\n").error,
            "x:1: '10x20' begins with none of g, mb, ic, oc, ih, oh, kh, sh, ph, dh ...");
}

TEST(Benchdnn, IsToldFromOtherTexts) {
  for (const char* text : {"--conv ic1", "# c\n\n mb1ic3ih8oc4kh3", "./benchdnn --conv", "g2ic2x",
                           "--reset --dir=FWD_B", "ic3oc4ih5", "# no problems\n"})
    EXPECT_TRUE(fits_benchdnn(text)) << text;
  for (const char* text : {"", "hello", "{\"name\": 1}", "n1c3h8w8_o4k3", "group of people"})
    EXPECT_FALSE(fits_benchdnn(text)) << text;
}

}  // namespace
}  // namespace convgauge::import
