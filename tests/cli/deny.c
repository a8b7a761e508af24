/* deny CALL ERRNO PROGRAM ARGUMENT...: runs a program in which the system call always fails, as in
 * a container whose seccomp profile forbids it. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct named {
  const char* name;
  int number;
};
static const struct named kCalls[] = {
    {"memfd_create", __NR_memfd_create},
    {"socketpair", __NR_socketpair},
    {"pipe2", __NR_pipe2},
    {"clone3", __NR_clone3},
    {"setpgid", __NR_setpgid},
    {"flock", __NR_flock},
    {"unshare", __NR_unshare},
    {"setsid", __NR_setsid},
    {"mount", __NR_mount},
    {"seccomp", __NR_seccomp},
    {"landlock_create_ruleset", __NR_landlock_create_ruleset},
};
static const struct named kErrors[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"ENOLCK", ENOLCK}};

static int deny(unsigned call, unsigned error) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char** argv) {
  int call = -1, error = -1;
  for (size_t i = 0; argc > 3 && i < sizeof kCalls / sizeof *kCalls; ++i)
    if (!strcmp(argv[1], kCalls[i].name)) call = kCalls[i].number;
  for (size_t i = 0; argc > 3 && i < sizeof kErrors / sizeof *kErrors; ++i)
    if (!strcmp(argv[2], kErrors[i].name)) error = kErrors[i].number;
  if (call < 0 || error < 0) return fprintf(stderr, "deny: unknown call or error\n"), 125;
  if (deny((unsigned)call, (unsigned)error)) return perror("deny: seccomp"), 77;
  execv(argv[3], argv + 3);
  return perror("deny: execv"), 125;
}
