#include "worker/fault_handler.hpp"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <atomic>
#include <cstring>

#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

// A signal handler takes no argument of ours: hence this global, the only one of the worker.
std::atomic<CrashPage*> crash_page{nullptr};

constexpr std::size_t kStackBytes = 64 * 1024;

/// Which file the instruction was loaded from. _dl_find_object() may be called in a signal handler;
/// dladdr(), which waits for a lock, may not.
[[maybe_unused]] void note_place(CrashPage& page, std::uint64_t instruction) {
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ) && __GLIBC_PREREQ(2, 35)
  dl_find_object found{};
  if (::_dl_find_object(reinterpret_cast<void*>(instruction), &found) != 0) return;
  const auto* map = found.dlfo_link_map;
  if (!map || !map->l_name) return;
  const auto room = page.file.size() - 1;
  // The end of a long path: the name of the file.
  const auto length = std::strlen(map->l_name), skipped = length > room ? length - room : 0;
  std::memcpy(page.file.data(), map->l_name + skipped, length - skipped + 1);
  page.file_offset = instruction - map->l_addr;
#else
  (void)page, (void)instruction;
#endif
}

void on_fault(int signal, siginfo_t* info, void* context) {
  if (auto* page = crash_page.load()) {
    page->signal = signal;
    page->code = info->si_code;
    page->address = reinterpret_cast<std::uint64_t>(info->si_addr);
#if defined(__x86_64__)
    constexpr long kWriteBit = 2;  // of the page-fault error code (Intel SDM vol. 3, 4.7)
    page->was_write =
        (static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & kWriteBit) != 0;
    const auto at = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
    note_place(*page, static_cast<std::uint64_t>(at));
#else
    (void)context;
#endif
    page->faulted = 1;
  }
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  ::sigaction(signal, &plain, nullptr);
  ::raise(signal);
}

/// Handlers run on a stack of their own, since the fault may be an overflow of the usual one.
void use_own_stack() {
  static void* const stack =
      ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) return;
  const stack_t alternative{stack, 0, kStackBytes};
  ::sigaltstack(&alternative, nullptr);
}

}  // namespace

void install_fault_handlers(CrashPage& page) {
  crash_page = &page;
  use_own_stack();
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    ::sigaction(signal, &action, nullptr);
}

}  // namespace convgauge::worker
