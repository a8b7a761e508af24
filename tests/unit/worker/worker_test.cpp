// What a driver makes of replies that no honest worker sends: a script stands in for the worker.
#include "worker/worker.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLimit{60'000};

/// An executable that writes `bytes` where a worker's replies go, and waits to be killed. The file
/// goes with the object.
class Script {
 public:
  explicit Script(const std::string& bytes) {
    std::ofstream out(file_);
    out << "#!/bin/sh\nprintf '" << octal(bytes) << "' >&3\nexec sleep 60\n";
    out.close();
    ::chmod(file_.c_str(), 0700);
  }
  ~Script() { std::filesystem::remove(file_); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  WorkerOptions options() const {
    WorkerOptions options;
    options.executable = Program(file_);
    return options;
  }

 private:
  static std::string octal(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      text += {'\\', static_cast<char>('0' + byte / 64), static_cast<char>('0' + byte / 8 % 8),
               static_cast<char>('0' + byte % 8)};
    }
    return text;
  }
  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("convgauge-worker-" + std::to_string(::getpid()));
};

std::string frame(const AnyReply& reply) {
  const auto message = wire::pack(reply);
  return wire::pack(std::uint64_t{message.size()}) + message;
}

/// The verdict where `reply` answers the request.
template <class Request>
Verdict verdict_of(const Request& request, const AnyReply& reply) {
  const Script script(frame(reply));
  auto worker = Worker::spawn(script.options());
  if (!worker) return worker.error();
  const auto outcome = (*worker)->call(request, kLimit);
  return outcome ? Verdict(Agrees{}) : outcome.error();
}

TEST(Worker, AReplyToAnotherRequestIsAVerdict) {
  EXPECT_EQ(verdict_of(Describe{}, Done{}),
            Verdict(broken(Rule::R16,
                           "wrote to a descriptor that is not the plugin's: what arrived answers "
                           "another request")));
  EXPECT_EQ(verdict_of(ClosePlan{1}, Done{}), Verdict(Agrees{}));
}

TEST(Worker, ARefusalAndAFailureAreVerdicts) {
  EXPECT_EQ(verdict_of(Describe{}, Refused{RefusalReason::dtype, "no f16"}),
            Verdict(Refused{RefusalReason::dtype, "no f16"}));
  EXPECT_EQ(verdict_of(Describe{}, Failed{"it broke"}), Verdict(Failed{"it broke"}));
}

TEST(Worker, AForgedReplyIsAVerdictThatNamesItsPlace) {
  PlanOpened plan;
  plan.requirements.resize(1);
  plan.requirements[0].role = static_cast<BufferRole>(77);
  EXPECT_EQ(verdict_of(OpenPlan{}, plan),
            Verdict(broken(Rule::R16,
                           "wrote to a descriptor that is not the plugin's: "
                           "/requirements/0/role: unknown role 77")));
}

TEST(KeptText, KeepsTheBeginningAndTheEnd) {
  KeptText kept;
  EXPECT_EQ(kept.text(), "");
  kept.add("first\n");
  kept.add(std::string(2042, 'a'));
  EXPECT_EQ(kept.text(), "first\n" + std::string(2042, 'a'));
  for (int i = 0; i < 100; ++i) kept.add(std::string(1000, 'b'));
  kept.add("last");
  EXPECT_EQ(kept.bytes(), 2048u + 100'000 + 4);
  EXPECT_EQ(kept.text(), "first\n" + std::string(2042, 'a') + "\n[97956 bytes left out]\n" +
                             std::string(2044, 'b') + "last");
}

TEST(Worker, AProgramThatCannotBeStartedIsTheMachinesTrouble) {
  WorkerOptions options;
  options.executable = Program("/no/such/program");
  options.plugin = "builtin:reference";
  const auto worker = Worker::spawn(options);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error(),
            Verdict(Refused{RefusalReason::machine,
                            "this machine denies starting a worker by execve (ENOENT: No such file "
                            "or directory)"}));
}

}  // namespace
}  // namespace convgauge::worker
