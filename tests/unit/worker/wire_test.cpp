// Messages survive the pipe; bytes that are no message are an error that names its place.
#include "worker/wire.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <limits>
#include <random>

#include "core/layers.hpp"
#include "worker/channel.hpp"
#include "worker/descriptor.hpp"
#include "worker/messages.hpp"

namespace convgauge::worker {
namespace {

OpenPlan example() {
  OpenPlan r;
  r.backend = "winograd";
  r.spec.geometry.in_channels = 7;
  r.spec.layout = Layout::native;
  r.settings.options = {{"accuracy", "strict"}, {"tile", "4"}};
  r.settings.algorithm = "winograd.f4x4_3x3";
  r.settings.workspace_limit_bytes = -1;
  return r;
}

/// What the other side of a pipe makes of a value.
template <class T>
Expected<T> sent(const T& value) {
  return wire::unpack<T>(wire::pack(value));
}

TEST(Wire, CarriesARequest) {
  const auto back = sent(AnyRequest(example()));
  ASSERT_TRUE(back) << back.error().message;
  const auto& r = std::get<OpenPlan>(*back);
  EXPECT_EQ(r.backend, "winograd");
  EXPECT_EQ(r.spec, example().spec);
  EXPECT_EQ(r.settings, example().settings);
}

PlanOpened opened() {
  PlanOpened plan{
      3, {}, {{BufferRole::dst, Scope::slot, Form::own, MemoryKind{0}, 128, 64, "nChw16c"}}, 1.5};
  plan.algorithm.name = "winograd.f2x2_3x3";
  plan.algorithm.winograd[0] = {2, 3, {{0, 1}, {1, 1}, {-1, 1}}};
  return plan;
}

TEST(Wire, CarriesReplies) {
  const auto back = sent(AnyReply(opened()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(std::get<PlanOpened>(*back).algorithm, opened().algorithm);
  EXPECT_EQ(std::get<PlanOpened>(*back).requirements, opened().requirements);
  EXPECT_EQ(std::get<Refused>(*sent(AnyReply(Refused{RefusalReason::layout, "why"}))),
            (Refused{RefusalReason::layout, "why"}));
  Sampled sampled{1, 2, 3, 4, 5};
  sampled.cycles = 7;
  const auto counted = std::get<Sampled>(*sent(AnyReply(sampled)));
  EXPECT_EQ(counted.cycles, 7);
  EXPECT_FALSE(counted.instructions);
}

TEST(Wire, RefusesEveryTruncation) {
  const auto whole = wire::pack(AnyRequest(example()));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(wire::unpack<AnyRequest>(std::string_view(whole).substr(0, length))) << length;
  EXPECT_FALSE(wire::unpack<AnyRequest>(whole + "x"));
}

TEST(Wire, NamesThePlaceOfAnError) {
  auto forged = opened();
  forged.requirements.push_back(forged.requirements[0]);
  forged.requirements[1].role = static_cast<BufferRole>(99);
  EXPECT_EQ(sent(forged).error().message, "/requirements/1/role: unknown role 99");
  auto request = example();
  request.spec.geometry.padding_mode = static_cast<PaddingMode>(-1);
  EXPECT_EQ(sent(request).error().message, "/spec/geometry/padding_mode: unknown padding_mode -1");
}

/// The error of a PlanOpened whose one requirement was changed so.
template <class Change>
std::string forged_requirement(Change change) {
  auto plan = opened();
  change(plan.requirements[0]);
  const auto back = sent(AnyReply(plan));
  return back ? "accepted" : back.error().message;
}

TEST(Wire, RefusesForgedRequirements) {
  using R = Requirement;
  EXPECT_EQ(forged_requirement([](R&) {}), "accepted");
  const auto role = forged_requirement([](R& r) { r.role = static_cast<BufferRole>(11); });
  EXPECT_EQ(role, "/requirements/0/role: unknown role 11");
  const auto scope = forged_requirement([](R& r) { r.scope = static_cast<Scope>(3); });
  EXPECT_EQ(scope, "/requirements/0/scope: unknown scope 3");
  const auto form = forged_requirement([](R& r) { r.form = static_cast<Form>(-1); });
  EXPECT_EQ(form, "/requirements/0/form: unknown form -1");
  const auto memory = forged_requirement([](R& r) { r.memory_kind.number = -2; });
  EXPECT_EQ(memory, "/requirements/0/memory_kind: memory kind -2 is below -1");
  EXPECT_EQ(forged_requirement([](R& r) { r.memory_kind.number = -1; }), "accepted");
  const auto overread = forged_requirement([](R& r) { r.overread_bytes = kMostOverread + 1; });
  EXPECT_EQ(overread, "/requirements/0: overread_bytes 4097 is too large");
  for (const std::size_t alignment : {0u, 3u, 96u})
    EXPECT_EQ(forged_requirement([=](R& r) { r.alignment = alignment; }),
              "/requirements/0: alignment " + std::to_string(alignment) + " is not a power of two");
}

TEST(Wire, RefusesForgedDevices) {
  DeviceInfo device;
  EXPECT_TRUE(sent(device));
  device.kind = static_cast<DeviceKind>(3);
  EXPECT_EQ(sent(device).error().message, "/kind: unknown device kind 3");
  device = {};
  device.memory_bytes = -1;
  EXPECT_FALSE(sent(device));
  device = {};
  device.last_level_cache_bytes = -1;
  EXPECT_FALSE(sent(device));
}

TEST(Wire, RefusesForgedAlgorithmsAndTimes) {
  auto plan = opened();
  plan.algorithm.algorithm_class = static_cast<AlgorithmClass>(4);
  EXPECT_EQ(sent(plan).error().message, "/algorithm/algorithm_class: unknown algorithm class 4");
  EXPECT_FALSE(sent(Sampled{.host_ns = -1}));
  EXPECT_FALSE(sent(Sampled{.host_ns = std::numeric_limits<double>::quiet_NaN()}));
}

TEST(Wire, RefusesForgedRequests) {
  auto open = example();
  open.settings.slots = -1;
  EXPECT_EQ(sent(open).error().message, "/settings: slots -1 is below 1");
  open = example();
  open.settings.threads = 0;
  EXPECT_FALSE(sent(open));
  VerifyRun run;
  run.binding.regions = {{0, 8, 0, BufferRole::src}};
  EXPECT_EQ(sent(run).error().message, "/binding/regions/0: alignment 0 is not a power of two");
  run.binding.regions.clear();
  run.placement = static_cast<Placement>(2);
  EXPECT_EQ(sent(run).error().message, "/placement: unknown placement 2");
  EXPECT_FALSE(sent(VerifyRun{.slot = -1}));
  EXPECT_FALSE(sent(VerifyRun{.poison_bytes = 0}));
  EXPECT_FALSE(sent(MeasureSetup{.slots = 0}));
  EXPECT_FALSE(sent(Sample{.batch = 0}));
  EXPECT_FALSE(sent(Sample{.poison_bytes = 9}));
  EXPECT_FALSE(sent(Sample{.changed_bytes = 3}));
  EXPECT_FALSE(sent(Sample{.changed = BufferRole::weights, .changed_bytes = 4}));
  EXPECT_FALSE(sent(VerifyRun{.earlier = -1}));
  EXPECT_FALSE(sent(MeasureCheck{.slot = -1}));
}

TEST(Wire, RefusesAByteThatIsNoBool) {
  auto bytes = wire::pack(MeasureCheck{.plan = 1, .again = true});
  bytes[sizeof(std::uint32_t)] = 2;
  EXPECT_EQ(wire::unpack<MeasureCheck>(bytes).error().message,
            "/again: 2 is neither false nor true");
}

TEST(Wire, SurvivesNoise) {
  std::mt19937 random(7);
  const auto whole = wire::pack(AnyReply(Description{"p", "1", {{"b", "d", "v", "", {{}}, {{}}}}}));
  for (int i = 0; i < 20000; ++i) {
    auto bytes = whole;
    for (int flips = 0; flips < 3; ++flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    (void)wire::unpack<AnyReply>(bytes);
  }
}

TEST(Channel, FramesMessagesAndNoticesGarbage) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Descriptor a(ends[0]);
  Descriptor b(ends[1]);
  ASSERT_TRUE(send_message(a.get(), "hello"));
  EXPECT_EQ(receive_message(b.get()), "hello");
  ASSERT_TRUE(send_message(a.get(), std::string(50000, 'x')));
  Inbox inbox;
  auto state = Inbox::State::waiting;
  while (state == Inbox::State::waiting) state = inbox.read(b.get());
  ASSERT_EQ(state, Inbox::State::complete);
  EXPECT_EQ(inbox.take().size(), 50000u);
  const std::string garbage(64, '\xff');
  ASSERT_EQ(::send(a.get(), garbage.data(), garbage.size(), 0), 64);
  EXPECT_EQ(inbox.read(b.get()), Inbox::State::garbage);
  b.reset();
  EXPECT_FALSE(send_message(a.get(), "nobody listens"));
}

}  // namespace
}  // namespace convgauge::worker
