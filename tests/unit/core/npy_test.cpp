// .npy files: the exact bytes, every way that a file can be wrong, and NumPy's own opinion where it
// is installed.
#include "core/npy.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace convgauge {
namespace {

/// A file of the test's own, gone with it.
struct Scratch {
  std::filesystem::path path = std::filesystem::path(testing::TempDir()) /
                               ("convgauge_npy_" + std::to_string(getpid()) + ".npy");
  ~Scratch() { std::filesystem::remove(path); }

  void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  std::string bytes() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// What reading says, without the name of the file.
  std::string refusal(const std::string& content) const {
    write(content);
    const auto array = read_npy(path);
    if (array) return "read";
    const auto prefix = path.string() + ": ";
    EXPECT_TRUE(array.error().message.starts_with(prefix)) << array.error().message;
    return array.error().message.substr(prefix.size());
  }
};

std::string version_1(const std::string& header, const std::string& data = "") {
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size() & 0xFF) +
         static_cast<char>(header.size() >> 8) + header + data;
}

const std::string kFour(16, 'x');  // the bytes of four f32

TEST(Npy, WritesTheBytesThatNumpyWrites) {
  const Scratch scratch;
  const float values[] = {1, -2, 0.5F};
  ASSERT_TRUE(write_npy(scratch.path, {3, 1}, Dtype::f32, values));
  const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }";
  const auto want = std::string("\x93NUMPY\1\0\x76\0", 10) + dictionary +
                    std::string(117 - dictionary.size(), ' ') + "\n" +
                    std::string("\0\0\x80\x3f\0\0\0\xc0\0\0\0\x3f", 12);
  EXPECT_EQ(scratch.bytes(), want);
}

TEST(Npy, ReadsWhatItWrote) {
  const Scratch scratch;
  for (const auto dtype : {Dtype::f32, Dtype::f64, Dtype::f16})
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{}, {6}, {1, 2, 3}, {2, 0, 5}, {1, 1, 1, 1}}) {
      std::int64_t count = 1;
      for (const auto size : shape) count *= size;
      Buffer data(static_cast<std::size_t>(count) * size_of(dtype));
      for (std::int64_t i = 0; i < count; ++i)
        store(dtype, data.data(), i, static_cast<double>(i) - 1.5);
      ASSERT_TRUE(write_npy(scratch.path, shape, dtype, data.data()));
      const auto array = read_npy(scratch.path);
      ASSERT_TRUE(array) << array.error().message;
      EXPECT_EQ(array->shape, shape);
      EXPECT_EQ(array->dtype, dtype);
      ASSERT_EQ(array->data.bytes(), data.bytes());
      for (std::int64_t i = 0; i < count; ++i)
        EXPECT_EQ(load(dtype, array->data.data(), i), static_cast<double>(i) - 1.5);
    }
}

TEST(Npy, ReadsOtherWritersHeaders) {
  const Scratch scratch;
  EXPECT_EQ(
      scratch.refusal(version_1("{'shape': (4,), 'descr': '<f4', 'fortran_order': False}", kFour)),
      "read");
  EXPECT_EQ(scratch.refusal(version_1(
                "{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(2L,2L)}\n", kFour)),
            "read");
  const std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }\n";
  EXPECT_EQ(scratch.refusal(std::string("\x93NUMPY\2\0", 8) + static_cast<char>(header.size()) +
                            std::string(3, '\0') + header + kFour),
            "read");
}

TEST(Npy, WritesVersion2WhereTheHeaderIsLong) {
  const Scratch scratch;
  const std::vector<std::int64_t> shape(30000, 1);
  const float value = 3;
  ASSERT_TRUE(write_npy(scratch.path, shape, Dtype::f32, &value));
  EXPECT_EQ(scratch.bytes()[6], 2);
  EXPECT_EQ(scratch.bytes().size() % 64, 4U);
  EXPECT_EQ(read_npy(scratch.path).value().shape, shape);
}

TEST(Npy, RefusesOtherArrays) {
  const Scratch scratch;
  const auto of = [&](const std::string& type, const std::string& order, const std::string& shape) {
    return scratch.refusal(version_1(
        "{'descr': " + type + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n",
        kFour));
  };
  EXPECT_EQ(of("'<f4'", "True", "(2, 2)"), "is in Fortran order, not C order");
  EXPECT_EQ(of("'>f4'", "False", "(2, 2)"), "'>f4' is big endian");
  EXPECT_EQ(of("'<i4'", "False", "(2, 2)"), "'<i4' is not <f4, <f8 or <f2 (f32, f64, f16)");
  EXPECT_EQ(of("[('a', '<f4')]", "False", "(4,)"),
            "header: a quoted word is missing; structured types are not read");
  EXPECT_EQ(of("'<f4'", "False", "(5,)"),
            "shape (5,) of f32 needs 20 bytes, but 16 follow the header (truncated)");
  EXPECT_EQ(of("'<f4'", "False", "(3,)"),
            "shape (3,) of f32 needs 12 bytes, but 16 follow the header (trailing bytes)");
  EXPECT_EQ(of("'<f4'", "False", "()"),
            "shape () of f32 needs 4 bytes, but 16 follow the header (trailing bytes)");
  EXPECT_EQ(of("'<f4'", "False", "(-4,)"), "header: size -4 is negative");
  EXPECT_EQ(of("'<f4'", "False", "(4611686018427387904, 4611686018427387904)"),
            "shape (4611686018427387904, 4611686018427387904): bytes overflow int64");
  EXPECT_EQ(of("'<f4'", "False", "(0, 4611686018427387904)"),
            "shape (0, 4611686018427387904): bytes overflow int64");
  EXPECT_EQ(of("'<f4'", "False", "(99999999999999999999,)"),
            "header: a size does not fit in int64");
  EXPECT_EQ(of("'<f4'", "False", "(1099511627776,)"),
            "shape (1099511627776,) of f32 needs 4398046511104 bytes, but 16 follow the header "
            "(truncated)");
}

TEST(Npy, RefusesBrokenFiles) {
  const Scratch scratch;
  EXPECT_EQ(scratch.refusal(""),
            "is no .npy file: it does not begin with \\x93NUMPY and a version");
  EXPECT_EQ(scratch.refusal("PK\3\4 a zip of arrays, perhaps"),
            "is no .npy file: it does not begin with \\x93NUMPY and a version");
  EXPECT_EQ(scratch.refusal(std::string("\x93NUMPY\3\0", 8)),
            "version 3.0 of the format, not 1 or 2");
  EXPECT_EQ(scratch.refusal(std::string("\x93NUMPY\1\0\x76", 9)),
            "ends before the length of its header");
  EXPECT_EQ(scratch.refusal(std::string("\x93NUMPY\1\0\x76\0{'descr", 17)),
            "ends inside its header of 118 bytes");
  EXPECT_EQ(scratch.refusal(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12)),
            "a header of 4294967295 bytes");
  EXPECT_EQ(scratch.refusal(version_1("")), "header: '{' is missing");
  EXPECT_EQ(scratch.refusal(version_1("{'descr': '<f4'")), "header: no comma between two keys");
  EXPECT_EQ(scratch.refusal(version_1("{'descr': '<f4', ")),
            "header: a quoted word is missing; structured types are not read");
  EXPECT_EQ(scratch.refusal(version_1("{}")), "header: no 'descr'");
  EXPECT_EQ(scratch.refusal(version_1("{'descr': '<f4', 'fortran_order': False}")),
            "header: no 'shape'");
  EXPECT_EQ(scratch.refusal(version_1("{'descr': '<f4', 'shape': ()}")),
            "header: no 'fortran_order'");
  EXPECT_EQ(scratch.refusal(version_1("{'descr': '<f4', 'descr': '<f4'}")),
            "header: key 'descr' stands twice");
  EXPECT_EQ(scratch.refusal(version_1("{'colour': 'red'}")), "header: unknown key 'colour'");
  EXPECT_EQ(scratch.refusal(version_1("{'shape': (2 2)}")),
            "header: the shape is not a tuple of sizes");
  EXPECT_EQ(scratch.refusal(version_1("{'shape': (a,)}")), "header: a size is no whole number");
  EXPECT_EQ(scratch.refusal(version_1("{} {}")), "header: something after the closing brace");
}

TEST(Npy, RefusesWhatIsNoFile) {
  EXPECT_EQ(read_npy("/nowhere/x.npy").error().message, "/nowhere/x.npy: no such file");
  EXPECT_EQ(read_npy("/tmp").error().message, "/tmp: is not a regular file");
  const float value = 0;
  EXPECT_EQ(write_npy("/nowhere/x.npy", {1}, Dtype::f32, &value).error().message,
            "/nowhere/x.npy: cannot be written");
  EXPECT_EQ(write_npy("/tmp/x.npy", {1}, Dtype::bf16, &value).error().message,
            "/tmp/x.npy: .npy has no bf16: write f32 instead");
  EXPECT_EQ(write_npy("/dev/full", {1}, Dtype::f32, &value).error().message,
            "/dev/full: writing stopped with an error (is the disk full?)");
}

/// Both ways through NumPy: it reads ours, we read its.
TEST(Npy, NumpyAgrees) {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2> /dev/null") != 0)
    GTEST_SKIP() << "python3-numpy is not here";
  const Scratch scratch;
  const double values[] = {1.25, -3, 1e300, 0, 7, 8};
  ASSERT_TRUE(write_npy(scratch.path, {1, 3, 2}, Dtype::f64, values));
  const auto script = "import numpy as n; p = '" + scratch.path.string() +
                      "'; a = n.load(p); assert a.shape == (1, 3, 2) and a.dtype == n.float64; "
                      "assert a.ravel().tolist() == [1.25, -3, 1e300, 0, 7, 8]; n.save(p, "
                      "a[0].T.copy().astype(n.float32) / 4)";
  ASSERT_EQ(std::system(("/usr/bin/python3 -c \"" + script + "\" 2>/dev/null").c_str()), 0);
  const auto array = read_npy(scratch.path);
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(array->dtype, Dtype::f32);
  EXPECT_EQ(array->data.as<float>()[3], -0.75F);
}

}  // namespace
}  // namespace convgauge
