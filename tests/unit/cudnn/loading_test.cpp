// The messages where something is missing: cuDNN, a driver, a GPU, a device description.
#include <gtest/gtest.h>
#include <cudnn/devices.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "library.hpp"

namespace convgauge::backends::cudnn {
namespace {

namespace fs = std::filesystem;

/// Sets an environment variable for the duration of a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { old_.empty() ? ::unsetenv(name_) : ::setenv(name_, old_.c_str(), 1); }

 private:
  const char* name_;
  std::string old_;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Loading, NamesEveryPlaceThatWasTried) {
  const auto none = open_cudnn({"/nowhere/libcudnn.so.9", "libcudnn_of_nobody.so.9"});
  EXPECT_FALSE(none.ok());
  EXPECT_TRUE(contains(none.why, "no cuDNN: /nowhere/libcudnn.so.9: cannot open")) << none.why;
  EXPECT_TRUE(contains(none.why, "libcudnn_of_nobody.so.9")) << none.why;
}

TEST(Loading, RefusesALibraryThatIsNoCudnn) {
  const auto other = open_cudnn({"libm.so.6"});
  EXPECT_EQ(other.why, "libm.so.6 lacks cudnnGetVersion, so it is no cuDNN 9");
}

TEST(Loading, TheVariableAloneCounts) {
  const Variable asked("CONVGAUGE_CUDNN_LIBRARY", "/some/libcudnn.so.9");
  EXPECT_EQ(cudnn_places(), std::vector<std::string>{"/some/libcudnn.so.9"});
}

TEST(Loading, TheVariableMayNameTheFolder) {
  const Variable asked("CONVGAUGE_CUDNN_LIBRARY", "/tmp");
  EXPECT_EQ(cudnn_places(), std::vector<std::string>{"/tmp/libcudnn.so.9"});
}

TEST(Loading, FindsPythonsPackagesAfterTheLoadersOwn) {
  const fs::path prefix = fs::path(testing::TempDir()) / "venv";
  const auto folder = prefix / "lib/python3.12/site-packages/nvidia/cudnn/lib";
  fs::create_directories(folder);
  std::ofstream(folder / "libcudnn.so.9") << "none";
  const Variable nothing("CONVGAUGE_CUDNN_LIBRARY", ""),
      environment("VIRTUAL_ENV", prefix.string());
  const auto places = cudnn_places();
  ASSERT_GE(places.size(), 2u);
  EXPECT_EQ(places[0], "libcudnn.so.9");
  EXPECT_EQ(places[1], (folder / "libcudnn.so.9").string());
  fs::remove_all(prefix);
}

TEST_F(NeedsCudnn, TellsBothVersionsWhereTheyDiffer) {
  EXPECT_EQ(cudnn_version_words(opened().table).find("cuDNN 9."), 0u);
  auto older = opened().table;
  older.version = []() -> std::size_t { return 91002; };
  EXPECT_EQ(cudnn_version_words(older),
            "cuDNN 9.10.2 (built with " + version_text(CUDNN_VERSION) + ")");
  EXPECT_EQ(version_text(91900), "9.19.0");
}

/// The reason that find_devices() gives for finding none, with a runtime that gives these answers.
std::string why_none(cudaError_t (*count)(int*), cudaError_t (*driver)(int*)) {
  auto cuda = host_gpu::cuda();
  cuda.get_device_count = count;
  cuda.driver_version = driver;
  OpenedCudnn cudnn;
  cudnn.table.version = []() -> std::size_t { return CUDNN_VERSION; };
  const auto found = find_devices(cuda, cudnn, Nvml(), "");
  EXPECT_TRUE(found.list.empty());
  return found.why_none;
}

TEST(Devices, NoneHasItsReason) {
  const auto no_driver = [](int* v) { return *v = 0, cudaSuccess; };
  const auto old_driver = [](int* v) { return *v = 12040, cudaSuccess; };
  const auto insufficient = [](int*) {
    return cudaErrorInsufficientDriver;
  };  // does not write the count
  EXPECT_EQ(why_none(insufficient, no_driver),
            "no CUDA device: no NVIDIA driver found (libcuda.so.1)");
  EXPECT_EQ(why_none(insufficient, old_driver),
            "no CUDA device: the driver is for CUDA 12.4, and this was built with CUDA 13.0");
  EXPECT_EQ(why_none([](int* n) { return *n = 0, cudaErrorNoDevice; }, old_driver),
            "no CUDA device: the driver (CUDA 12.4) finds 0");
  EXPECT_EQ(why_none([](int*) { return cudaErrorUnknown; }, old_driver).find("no CUDA device: "),
            0u);
}

TEST(Devices, WithoutCudnnThereAreNone) {
  OpenedCudnn none;
  none.why = "no cuDNN: nowhere";
  const auto found = find_devices(host_gpu::cuda(), none, Nvml(), "");
  EXPECT_TRUE(found.list.empty());
  EXPECT_EQ(found.why_none, "no cuDNN: nowhere");
}

TEST_F(NeedsCudnn, ADescribedDeviceIsSoftwareAndSaysSo) {
  const std::string file = CONVGAUGE_CUDNN_TEST_FOLDER "/h200.json";
  const auto found = find_devices(host_gpu::cuda(), opened(), Nvml(), file);
  ASSERT_EQ(found.list.size(), 2u);
  EXPECT_EQ(found.list[0].info.kind, CVG_DEVICE_KIND_GPU);
  const auto& d = found.list[1];
  EXPECT_EQ(d.info.kind, CVG_DEVICE_KIND_SOFTWARE);
  EXPECT_TRUE(d.only_described());
  EXPECT_EQ(std::string(d.info.name).find("NVIDIA H200 as "), 0u);
  EXPECT_EQ(d.info.memory_bytes, 150754820096);
  EXPECT_EQ(d.info.last_level_cache_bytes, 62914560);
  EXPECT_THROW(find_devices(host_gpu::cuda(), opened(), Nvml(), "/nowhere.json"),
               std::runtime_error);
}

TEST(Devices, PeakIsThatOfTheDatasheet) {
  // NVIDIA H200: 132 multiprocessors at 1980 MHz, 66.9 TFLOP/s of f32.
  EXPECT_NEAR(132 * flops_per_clock(9, 0) * 1.98e9, 66.9e12, 0.1e12);
  EXPECT_EQ(flops_per_clock(3, 5), 0);
}

TEST(GpuStates, LeaveOutWhatCannotBeTold) {
  EXPECT_EQ(to_json(GpuState{}), "{}");
  EXPECT_EQ(to_json(GpuState{1980, 3201, -1, -1, 0x24}),
            R"({"sm_mhz": 1980, "memory_mhz": 3201, )"
            R"("throttle_reasons": ["sw_power_cap", "sw_thermal_slowdown"]})");
}

}  // namespace
}  // namespace convgauge::backends::cudnn
