// Files that are not the plugin's: results, a baseline, the reference cache, the home, the system.
// The test compares them afterwards; what an attack can see of its success it tells too.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "hostile.hpp"

namespace hostile {
namespace {

std::string results() {
  return victim("out/results.jsonl");
}
std::string baseline() {
  return victim("baseline/results.jsonl");
}
std::string reference() {
  return victim("cache/convgauge/forged.reference");
}

bool writes(const std::string& file, int flags, const char* text = "{\"record\": \"case\"}\n") {
  const int out = ::open(file.c_str(), flags, 0600);
  if (out < 0) return false;
  const bool harm = ::write(out, text, std::char_traits<char>::length(text)) > 0;
  ::close(out);
  return harm;
}

bool append_results() {
  return writes(results(), O_WRONLY | O_APPEND);
}
bool clear_results() {
  return writes(results(), O_WRONLY | O_TRUNC);
}
bool truncate_results() {
  return ::truncate(results().c_str(), 0) == 0;
}
bool unlink_results() {
  return ::unlink(results().c_str()) == 0;
}
bool rename_results() {
  return ::rename(results().c_str(), victim("out/gone").c_str()) == 0;
}
bool rename_folder() {
  return ::rename(victim("out").c_str(), victim("gone").c_str()) == 0;
}
bool map_results() {
  const int file = ::open(results().c_str(), O_RDWR);
  if (file < 0) return false;
  void* at = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return at != MAP_FAILED;
}
bool lease_results() {
  const int file = ::open(baseline().c_str(), O_RDONLY);
  return ::fcntl(file, F_SETLEASE, F_RDLCK) == 0;
}
bool results_by_root() {
  return writes("/proc/" + std::to_string(driver()) + "/root" + results(), O_WRONLY | O_APPEND);
}
bool results_by_descriptor() {
  bool harm = false;
  for (int i = 0; i < 64; ++i)
    harm = writes("/proc/" + std::to_string(driver()) + "/fd/" + std::to_string(i),
                  O_WRONLY | O_APPEND | O_NONBLOCK) ||
           harm;
  return harm;
}
/// A file that is open for reading can be opened anew for writing, by its user.
bool reopen_for_writing() {
  const int file = ::open(baseline().c_str(), O_RDONLY);
  return writes("/proc/self/fd/" + std::to_string(file), O_WRONLY | O_APPEND);
}

bool write_baseline() {
  return writes(baseline(), O_WRONLY);
}
bool replace_baseline() {
  return writes(victim("baseline/new"), O_WRONLY | O_CREAT) ||
         ::rename(victim("baseline/new").c_str(), baseline().c_str()) == 0;
}
bool exchange_baseline() {
  return ::syscall(SYS_renameat2, AT_FDCWD, baseline().c_str(), AT_FDCWD,
                   victim("home/notes").c_str(), 2 /* RENAME_EXCHANGE */) == 0;
}
bool link_baseline() {
  return ::link(baseline().c_str(), victim("home/linked").c_str()) == 0;
}
bool symbolic_link() {
  return ::symlink("/etc/passwd", victim("out/report.md").c_str()) == 0;
}
bool change_mode() {
  return ::chmod(baseline().c_str(), 0666) == 0;
}
bool change_mode_of_open_file() {
  const int file = ::open(baseline().c_str(), O_RDONLY);
  return ::fchmod(file, 0666) == 0;
}
bool change_mode_by_new_call() {
  constexpr long kFchmodat2 = 452;
  return ::syscall(kFchmodat2, AT_FDCWD, baseline().c_str(), 0666, 0) == 0;
}
bool change_times() {
  return ::utimensat(AT_FDCWD, baseline().c_str(), nullptr, 0) == 0;
}
bool change_owner() {
  return ::chown(baseline().c_str(), ::getuid(), ::getgid()) == 0;
}
bool set_attribute() {
  return ::setxattr(baseline().c_str(), "user.hostile", "1", 1, 0) == 0;
}

bool forge_reference() {
  return writes(reference(), O_WRONLY | O_CREAT);
}
bool fifo_in_cache() {
  return ::mkfifo(reference().c_str(), 0600) == 0;
}
bool remove_cache() {
  std::error_code failed;
  return std::filesystem::remove_all(victim("cache/convgauge"), failed) > 0 && !failed;
}
bool read_cache_key() {
  const int file = ::open(victim("cache/convgauge/key").c_str(), O_RDONLY);
  char byte = 0;
  return file >= 0 && ::read(file, &byte, 1) == 1;
}

bool write_home() {
  return writes(victim("home/notes"), O_WRONLY) ||
         writes(victim("home/.bashrc"), O_WRONLY | O_CREAT);
}
bool folder_in_home() {
  return ::mkdir(victim("home/new").c_str(), 0700) == 0;
}
bool remove_home() {
  return ::unlink(victim("home/notes").c_str()) == 0 || ::rmdir(victim("home/empty").c_str()) == 0;
}
bool preload_for_all() {
  return writes("/etc/ld.so.preload", O_WRONLY | O_CREAT | O_EXCL, "");
}
bool write_program() {
  const int file = ::open("/proc/self/exe", O_RDWR);
  return file >= 0;
}
bool unlink_itself() {
  return ::unlink(victim("hostile.so").c_str()) == 0 ||
         writes(victim("hostile.so"), O_WRONLY | O_TRUNC, "");
}
bool write_kernel_settings() {
  const int file = ::open("/proc/sys/kernel/threads-max", O_RDWR);
  return file >= 0;
}
bool write_control_group() {
  bool harm = false;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/fs/cgroup", failed))
    harm = ::mkdir((entry.path() / "hostile").c_str(), 0700) == 0 || harm;
  return harm;
}
bool leave_in_temporary_folder() {
  return writes("/tmp/convgauge-hostile-left", O_WRONLY | O_CREAT);
}
/// Allowed, where it ends with the worker.
bool leave_in_shared_memory() {
  writes("/dev/shm/convgauge-hostile-left", O_WRONLY | O_CREAT);
  return false;
}
/// Allowed up to a limit, and gone with the worker.
bool fill_scratch() {
  const char* folder = std::getenv("TMPDIR");
  if (!folder) return false;
  const auto name = std::string(folder) + "/fill";
  const int file = ::open(name.c_str(), O_WRONLY | O_CREAT, 0600);
  const bool harm = file >= 0 && ::fallocate(file, 0, 0, off_t{3} << 30) == 0;
  ::unlink(name.c_str());
  return harm;
}

bool mount_over() {
  return ::mount("hostile", victim("out").c_str(), "tmpfs", 0, nullptr) == 0;
}
bool remount_writable() {
  return ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0;
}
bool unmount_all() {
  return ::umount2(victim("cache/convgauge").c_str(), MNT_DETACH) == 0;
}
bool change_root() {
  return ::chroot(victim("home").c_str()) == 0;
}
bool by_handle() {
  char space[128] = {};
  auto* handle = reinterpret_cast<file_handle*>(space);
  handle->handle_bytes = 64;
  int mount = 0;
  if (::name_to_handle_at(AT_FDCWD, baseline().c_str(), handle, &mount, 0) != 0) return false;
  const int folder = ::open(victim("").c_str(), O_RDONLY | O_DIRECTORY);
  return ::open_by_handle_at(folder, handle, O_RDWR) >= 0;
}

constexpr Cheat kTable[] = {
    row("appends_results", "files", "adds a line to results.jsonl", "agrees", once<append_results>),
    row("clears_results", "files", "opens results.jsonl to clear it", "agrees",
        once<clear_results>),
    row("truncates_results", "files", "cuts results.jsonl by its name", "agrees",
        once<truncate_results>),
    row("unlinks_results", "files", "removes results.jsonl", "agrees", once<unlink_results>),
    row("renames_results", "files", "renames results.jsonl", "agrees", once<rename_results>),
    row("renames_folder", "files", "renames the folder of the results", "agrees",
        once<rename_folder>),
    row("maps_results", "files", "maps results.jsonl for writing", "agrees", once<map_results>),
    row("leases", "files", "takes a lease, which holds up the next writer", "agrees",
        once<lease_results>),
    row("results_by_root", "files", "reaches results.jsonl by /proc/PID/root", "agrees",
        once<results_by_root>),
    row("results_by_descriptor", "files", "reaches results.jsonl by /proc/PID/fd", "agrees",
        once<results_by_descriptor>),
    row("reopens", "files", "opens a file anew by its own descriptor, for writing", "agrees",
        once<reopen_for_writing>),
    row("writes_baseline", "files", "overwrites a baseline", "agrees", once<write_baseline>),
    row("replaces_baseline", "files", "renames another file over a baseline", "agrees",
        once<replace_baseline>),
    row("exchanges_baseline", "files", "exchanges a baseline with another file", "agrees",
        once<exchange_baseline>),
    row("links_baseline", "files", "gives a baseline a second name", "agrees", once<link_baseline>),
    row("symbolic_link", "files", "puts a symbolic link where a report will be written", "agrees",
        once<symbolic_link>),
    row("changes_mode", "files", "lets all users write a baseline", "agrees", once<change_mode>),
    row("changes_mode_open", "files", "the same, by fchmod", "agrees",
        once<change_mode_of_open_file>),
    row("changes_mode_new", "files", "the same, by fchmodat2", "agrees",
        once<change_mode_by_new_call>),
    row("changes_times", "files", "changes the times of a baseline", "agrees", once<change_times>),
    row("changes_owner", "files", "changes the owner of a baseline", "agrees", once<change_owner>),
    row("sets_attribute", "files", "gives a baseline an extended attribute", "agrees",
        once<set_attribute>),
    row("forges_reference", "files", "writes into the reference cache", "agrees",
        once<forge_reference>),
    row("fifo_in_cache", "files", "puts a FIFO into the reference cache", "agrees",
        once<fifo_in_cache>),
    row("removes_cache", "files", "removes the reference cache", "agrees", once<remove_cache>),
    row("reads_cache_key", "files", "reads the key of the reference cache", "agrees",
        once<read_cache_key>),
    row("writes_home", "files", "writes into the user's home", "agrees", once<write_home>),
    row("folder_in_home", "files", "makes a folder in the user's home", "agrees",
        once<folder_in_home>),
    row("removes_home", "files", "removes files and folders of the user's home", "agrees",
        once<remove_home>),
    row("preloads", "files", "has a library loaded into every program", "agrees",
        once<preload_for_all>),
    row("writes_program", "files", "opens convgauge itself for writing", "agrees",
        once<write_program>),
    row("unlinks_itself", "files", "removes or clears its own plugin file", "agrees",
        once<unlink_itself>),
    row("kernel_settings", "files", "opens a setting of the kernel for writing", "agrees",
        once<write_kernel_settings>),
    row("control_group", "files", "makes a control group", "agrees", once<write_control_group>),
    row("leaves_in_tmp", "files", "leaves a file in /tmp", "agrees",
        once<leave_in_temporary_folder>),
    row("leaves_in_shm", "files", "leaves a file in /dev/shm", "agrees",
        once<leave_in_shared_memory>),
    row("fills_scratch", "files", "takes 3 GiB of its temporary folder", "agrees",
        once<fill_scratch>),
    row("mounts_over", "files", "mounts something over the results", "agrees", once<mount_over>),
    row("remounts", "files", "makes the file system writable again", "agrees",
        once<remount_writable>),
    row("unmounts", "files", "uncovers the reference cache", "agrees", once<unmount_all>),
    row("changes_root", "files", "takes another root", "agrees", once<change_root>),
    row("by_handle", "files", "opens a file by its handle", "agrees", once<by_handle>),
};

}  // namespace

const std::span<const Cheat> kFiles = kTable;

}  // namespace hostile
