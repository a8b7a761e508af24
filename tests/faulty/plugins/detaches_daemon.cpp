// Leaves a daemon: its own session, no parent, no death signal, signals ignored, and it starts
// itself anew (R17).
#include "../base.hpp"

#include <sys/prctl.h>
#include <unistd.h>
#include <csignal>

namespace {

/// Hands on to a child 100 times, a tenth of a second each: a moving target, gone by itself after
/// 10 s.
void wander() {
  for (int i = 0; i < 100; ++i) {
    if (fork() != 0) _exit(0);
    setsid();
    prctl(PR_SET_PDEATHSIG, 0);
    usleep(100'000);
  }
  _exit(0);
}

}  // namespace

const faulty::Fault fault{.name = "detaches_daemon", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            if (fork() != 0) return true;
                            std::signal(SIGTERM, SIG_IGN);
                            std::signal(SIGHUP, SIG_IGN);
                            wander();
                            return true;
                          }};
