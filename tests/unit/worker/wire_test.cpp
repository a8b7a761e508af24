// Messages survive the pipe; bytes that are no message are an exception and nothing worse.
#include "worker/wire.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <random>

#include "worker/channel.hpp"
#include "worker/descriptor.hpp"
#include "worker/messages.hpp"

namespace convgauge {
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

TEST(Wire, CarriesARequest) {
  const auto back = wire::unpack<Request>(wire::pack(Request(example())));
  const auto& r = std::get<OpenPlan>(back);
  EXPECT_EQ(r.backend, "winograd");
  EXPECT_EQ(r.spec, example().spec);
  EXPECT_EQ(r.settings, example().settings);
}

TEST(Wire, CarriesEveryReply) {
  PlanOpened opened{
      3, {}, {{CVG_ROLE_DST, CVG_SCOPE_SLOT, CVG_FORM_OWN, 0, 128, 64, "nChw16c"}}, 1.5};
  opened.algorithm.name = "winograd.f2x2_3x3";
  opened.algorithm.winograd[0] = {2, 3, {{0, 1}, {1, 1}, {-1, 1}}};
  const auto back = std::get<PlanOpened>(wire::unpack<Reply>(wire::pack(Reply(opened))));
  EXPECT_EQ(back.algorithm, opened.algorithm);
  EXPECT_EQ(back.requirements, opened.requirements);
  const auto refused = std::get<Refused>(
      wire::unpack<Reply>(wire::pack(Reply(Refused{RefusalReason::layout, "why"}))));
  EXPECT_EQ(refused, (Refused{RefusalReason::layout, "why"}));
}

TEST(Wire, RefusesEveryTruncation) {
  const auto whole = wire::pack(Request(example()));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THROW((void)wire::unpack<Request>(std::string_view(whole).substr(0, length)),
                 std::runtime_error)
        << length;
  EXPECT_THROW((void)wire::unpack<Request>(whole + "x"), std::runtime_error);
}

TEST(Wire, SurvivesNoise) {
  std::mt19937 random(7);
  const auto whole = wire::pack(Reply(Description{"p", "1", {{"b", "d", "v", "", {{}}, {{}}}}}));
  for (int i = 0; i < 20000; ++i) {
    auto bytes = whole;
    for (int flips = 0; flips < 3; ++flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    try {
      (void)wire::unpack<Reply>(bytes);
    } catch (const std::runtime_error&) {
    }
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
}  // namespace convgauge
