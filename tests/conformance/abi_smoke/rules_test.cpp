// The rules that the SDK keeps for every class: refusals with reasons, struct sizes, limits, notes.
#include <gtest/gtest.h>

#include <set>

#include "session.hpp"

namespace convgauge::smoke {
namespace {

Spec simple() {
  Geometry g;
  g.in_channels = g.out_channels = 16;
  g.h = g.w = {.input = 8, .kernel = 3, .pad_before = 1, .pad_after = 1};
  return Spec::of(g, Dtype::f32);
}

/// query() and plan_create() must say the same (R3).
Answer refusal(const cvg_backend& backend, const cvg_spec& spec, const cvg_settings& how) {
  const auto asked =
      ask([&](auto* reason, auto* note) { return backend.query(&spec, &how, reason, note); });
  cvg_plan* plan = nullptr;
  const auto created = ask([&](auto* reason, auto* note) {
    return backend.plan_create(&spec, &how, &plan, reason, note);
  });
  EXPECT_EQ(asked.status, created.status) << asked.why << " / " << created.why;
  EXPECT_EQ(asked.reason, created.reason);
  EXPECT_EQ(asked.why, created.why);
  EXPECT_EQ(plan == nullptr, created.status != CVG_STATUS_OK);
  if (plan) backend.plan_destroy(plan);
  return asked;
}

void expect_refused(const cvg_backend& backend, const cvg_spec& spec, const cvg_settings& how,
                    cvg_reason reason, const std::string& part) {
  const auto answer = refusal(backend, spec, how);
  EXPECT_EQ(answer.status, CVG_STATUS_REFUSED) << backend.name << " " << part;
  EXPECT_EQ(answer.reason, reason) << backend.name << " " << part << ": " << answer.why;
  EXPECT_NE(answer.why.find(part), std::string::npos) << answer.why;
}

TEST(Rules, NamesAreUniqueAndWellFormed) {
  std::set<std::string> names;
  for (const auto* backend : backends()) {
    EXPECT_TRUE(names.insert(backend->name).second) << backend->name;
    EXPECT_EQ(std::string(backend->name).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"),
              std::string::npos);
    EXPECT_GT(std::strlen(backend->description), 0u);
    EXPECT_GT(std::strlen(backend->version), 0u);
    std::set<std::string> offered;
    for (const auto& a : algorithms(*backend, to_abi(simple()), settings()))
      EXPECT_TRUE(offered.insert(a.name).second);
  }
}

TEST(Rules, TheSpecIsRefusedWithItsReason) {
  for (const auto* backend : backends()) {
    auto spec = to_abi(simple());
    EXPECT_EQ(refusal(*backend, spec, settings()).status, CVG_STATUS_OK);
    spec.direction = 7;
    expect_refused(*backend, spec, settings(), CVG_REASON_DIRECTION, "number 7");
    spec = to_abi(simple());
    spec.src_type = CVG_DTYPE_F16;
    const auto mixed = refusal(*backend, spec, settings());
    EXPECT_EQ(mixed.reason, CVG_REASON_DTYPE);
    spec = to_abi(simple());
    spec.accumulator_type = CVG_DTYPE_F16;
    expect_refused(*backend, spec, settings(), CVG_REASON_DTYPE, "accumulator f16");
    spec = to_abi(simple());
    spec.layout = 3;
    expect_refused(*backend, spec, settings(), CVG_REASON_LAYOUT, "number 3");
    spec = to_abi(simple());
    spec.padding_mode = -1;
    expect_refused(*backend, spec, settings(), CVG_REASON_PADDING_MODE, "number -1");
    spec = to_abi(simple());
    spec.math = 5;
    expect_refused(*backend, spec, settings(), CVG_REASON_MATH, "number 5");
  }
}

TEST(Rules, TheSettingsAreRefusedWithTheirReason) {
  for (const auto* backend : backends()) {
    const auto spec = to_abi(simple());
    expect_refused(*backend, spec, settings(1, "no.such"), CVG_REASON_ALGORITHM, "no.such");
    expect_refused(*backend, spec, settings(1, ""), CVG_REASON_ALGORITHM, "offered");
    expect_refused(*backend, spec, settings(0), CVG_REASON_THREADS, "0 threads");
    auto how = settings();
    how.device = 1;
    expect_refused(*backend, spec, how, CVG_REASON_DEVICE, "device 1");
    how.device = -1;
    expect_refused(*backend, spec, how, CVG_REASON_DEVICE, "device -1");
    how = settings();
    const cvg_option option{"no_such_option", "1"};
    how.options = &option;
    how.option_count = 1;
    expect_refused(*backend, spec, how, CVG_REASON_OPTION, "no_such_option");
  }
}

TEST(Rules, TheWorkspaceLimitIsKept) {
  for (const auto* backend : backends()) {
    auto spec = simple();
    spec.layout = Layout::nchw;
    const auto abi = to_abi(spec);
    for (const auto& algorithm : algorithms(*backend, abi, settings())) {
      Session session(*backend, spec, settings(1, algorithm.name));
      std::int64_t bytes = 0;
      for (const auto& r : session.requirements())
        if (r.role == CVG_ROLE_WORKSPACE || r.role == CVG_ROLE_PACKED_WEIGHTS)
          bytes += static_cast<std::int64_t>(r.bytes);
      auto how = settings(1, algorithm.name);
      how.workspace_limit_bytes = bytes;
      EXPECT_EQ(refusal(*backend, abi, how).status, CVG_STATUS_OK);
      if (bytes == 0) continue;
      how.workspace_limit_bytes = bytes - 1;
      expect_refused(*backend, abi, how, CVG_REASON_WORKSPACE_LIMIT, std::to_string(bytes));
    }
  }
}

/// A host of the future, whose structs are 16 bytes longer: elements lie that far apart, and the
/// tail stays as it was.
TEST(Rules, LongerStructsOfAHostAreStepped) {
  struct Longer {
    cvg_algorithm known;
    unsigned char tail[16];
  };
  for (const auto* backend : backends()) {
    const auto spec = to_abi(simple());
    const auto how = settings();
    const auto want = algorithms(*backend, spec, how);
    std::vector<Longer> got(want.size() + 1);
    for (auto& g : got) {
      std::memset(&g, 0x77, sizeof g);
      g.known.struct_size = sizeof g;
    }
    std::int32_t count = 0;
    backend->algorithms(&spec, &how, &got[0].known, static_cast<std::int32_t>(want.size()), &count,
                        nullptr);
    ASSERT_EQ(static_cast<std::size_t>(count), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
      EXPECT_STREQ(got[i].known.name, want[i].name);
      EXPECT_EQ(got[i].known.struct_size, sizeof(Longer));
      for (const auto byte : got[i].tail) EXPECT_EQ(byte, 0x77);
    }
    EXPECT_EQ(static_cast<unsigned char>(got.back().known.name[0]), 0x77) << "beyond the capacity";
  }
}

/// A host of the past, whose spec ends before its strides: they read as zero, not as what lies
/// behind the struct.
TEST(Rules, NothingBeyondStructSizeIsRead) {
  for (const auto* backend : backends()) {
    auto how = settings(1, "no.such");
    // So no algorithm, and the workspace limit 0.
    how.struct_size = offsetof(cvg_settings, algorithm);
    const auto answer = refusal(*backend, to_abi(simple()), how);
    EXPECT_NE(answer.reason, CVG_REASON_ALGORITHM) << answer.why;
  }
}

TEST(Rules, NotesAreCutToTheirCapacityAndMayBeAbsent) {
  for (const auto* backend : backends()) {
    const auto spec = to_abi(simple());
    const auto how = settings(1, "no.such");
    cvg_reason reason = CVG_REASON_NONE;
    EXPECT_EQ(backend->query(&spec, &how, &reason, nullptr), CVG_STATUS_REFUSED);
    char text[8] = "xxxxxxx";
    cvg_note note{text, 4};
    EXPECT_EQ(backend->query(&spec, &how, &reason, &note), CVG_STATUS_REFUSED);
    EXPECT_EQ(std::strlen(text), 3u);
    EXPECT_EQ(text[4], 'x');
  }
}

TEST(Rules, ADeviceIsNamedAndAWrongOneIsNot) {
  for (const auto* backend : backends()) {
    std::int32_t count = 0;
    EXPECT_EQ(backend->device_count(&count, nullptr), CVG_STATUS_OK);
    ASSERT_EQ(count, 1);
    cvg_device device{};
    device.struct_size = sizeof device;
    EXPECT_EQ(backend->device_info(0, &device, nullptr), CVG_STATUS_OK);
    EXPECT_GT(std::strlen(device.name), 0u);
    EXPECT_EQ(backend->device_info(1, &device, nullptr), CVG_STATUS_FAILED);
  }
}

TEST(Rules, WrongCallsAreFailuresNotCrashes) {
  for (const auto* backend : backends()) {
    Session session(*backend, simple(), settings());
    void* address = nullptr;
    EXPECT_EQ(backend->bind(session.plan(), 0, &address, 1, nullptr), CVG_STATUS_FAILED)
        << "a wrong count of addresses";
    EXPECT_EQ(backend->bind(session.plan(), 5, &address, 1, nullptr), CVG_STATUS_FAILED)
        << "no such slot";
    const std::int32_t slot = 1;
    EXPECT_EQ(backend->execute(session.plan(), &slot, 1, nullptr, nullptr), CVG_STATUS_FAILED)
        << "no such slot";
  }
}

}  // namespace
}  // namespace convgauge::smoke
