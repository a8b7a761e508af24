#include "record/merge.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <thread>
#include <utility>

#include "core/blocks.hpp"
#include "core/layers.hpp"
#include "record/lines.hpp"

namespace convgauge::record {
namespace {

namespace fs = std::filesystem;

/// What a merge needs of a case line, picked out while its JSON is checked: building all of it as
/// values would take three times as long.
class HeadOfLine : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return value(nullptr); }
  bool boolean(bool x) override { return value(x); }
  bool number_integer(number_integer_t x) override { return value(x); }
  bool number_unsigned(number_unsigned_t x) override { return value(x); }
  bool number_float(number_float_t x, const string_t&) override { return value(x); }
  bool string(string_t& x) override { return value(x); }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return begin(Json::object()); }
  bool start_array(std::size_t) override { return begin(Json::array()); }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool key(string_t& name) override {
    if (depth_ == 1) {
      key_ = name;
      is_wanted_ = std::find(std::begin(kWanted), std::end(kWanted), name) != std::end(kWanted);
    }
    if (depth_ == 2) inner_key_ = name;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    complaint_ = plain_words(e);
    return false;
  }
  /// Of a line that is an object: the fields of kWanted, their lists and objects empty but for
  /// "position".
  const Json& head() const { return head_; }
  const std::string& complaint() const { return complaint_; }

 private:
  static constexpr std::string_view kWanted[] = {"record", "problem",      "backend", "suite",
                                                 "name",   "problem_text", "position"};
  /// Where the value at hand goes; null where it is left out.
  Json* place() {
    if (depth_ == 0) return &head_;
    if (depth_ > 2 || !is_wanted_ || !head_.is_object()) return nullptr;
    if (depth_ == 1) return &head_[key_];
    return key_ == "position" && head_[key_].is_object() ? &head_[key_][inner_key_] : nullptr;
  }
  template <class T>
  bool value(T&& x) {
    if (auto* to = place()) *to = std::forward<T>(x);
    return true;
  }
  bool begin(Json empty) {
    value(std::move(empty));
    if (++depth_ <= kDeepestLine) return true;
    complaint_ = fmt::format("is nested deeper than {}", kDeepestLine);
    return false;
  }

  Json head_;
  std::string key_, inner_key_, complaint_;
  int depth_ = 0;
  bool is_wanted_ = false;  // the member at depth 1
};

/// A case line: where it stands, and the name of its problem.
struct CaseHead {
  Position position;
  std::string name;
};

void check_position(Fields fields, const Position& p, const HeaderRecord& h) {
  if (p.problem < 0 || p.problem >= h.problems)
    fields.fail("problem",
                fmt::format("{}: the run has {} problems, counted from 0", p.problem, h.problems));
  else if (h.shards > 0 && p.problem % h.shards != h.shard)
    fields.fail("problem", fmt::format("{}: is not of shard {}/{}, which has every problem whose "
                                       "index modulo {} is {}",
                                       p.problem, h.shard + 1, h.shards, h.shards, h.shard));
  if (p.cases < 1 || p.index < 0 || p.index >= p.cases)
    fields.fail("index", fmt::format("{} of {} cases, counted from 0", p.index, p.cases));
}

Expected<CaseHead> read_head(std::string_view line, const HeaderRecord& header,
                             const Place& place) {
  HeadOfLine sax;
  if (!Json::sax_parse(line, &sax)) return fault(place, sax.complaint());
  std::string complaint, suite, name, text, backend;
  Fields fields(sax.head(), place, complaint);
  check_kind(fields, false);
  fields.need("backend", backend);
  for (const char* key : {"problem", "position"})
    if (!fields.find(key)) fields.fail(key, "is missing");
  fields.get("suite", suite);
  fields.get("name", name);
  fields.get("problem_text", text);
  CaseHead head;
  auto position = fields.child("position");
  position.need("problem", head.position.problem);
  position.need("index", head.position.index);
  position.need("cases", head.position.cases);
  if (complaint.empty()) check_position(position, head.position, header);
  if (!complaint.empty()) return error(std::move(complaint));
  head.name = name.empty() ? text : suite.empty() ? name : suite + "." + name;
  return head;
}

/// Which file it was: to notice that another is there, or that it was written to.
struct Identity {
  dev_t device{};
  ino_t inode{};
  off_t bytes{};
  std::int64_t changed_ns{};
  bool operator==(const Identity&) const = default;
};

Identity identity(const struct stat& s) {
  return {s.st_dev, s.st_ino, s.st_size, s.st_mtim.tv_sec * 1'000'000'000LL + s.st_mtim.tv_nsec};
}

/// A shard's file as it was when its lines were looked for.
struct PartFile {
  fs::path path;
  Identity identity;
};

struct ScannedPart {
  RunPart part;
  PartFile file;
};

Expected<ScannedPart> scan(const std::string& folder, bool alone,
                           const std::function<bool()>& is_over) {
  ScannedPart scanned{{folder, {}, {}}, {results_file(folder), {}}};
  const auto& file = scanned.file.path;
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0) scanned.file.identity = identity(status);
  auto lines = LineReader::open(file);
  if (!lines) return tl::unexpected(lines.error());
  if (lines->is_being_written())
    return error(fmt::format("{}: another convgauge is writing to it", file.string()));
  auto header = read_header(*lines, file);
  if (!header) return tl::unexpected(header.error());
  scanned.part.header = std::move(*header);
  if (scanned.part.header.shards < 2 && !alone) return scanned;  // check_parts() refuses it
  Attempts attempts;
  while (!is_over()) {
    const auto line = lines->next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) break;
    const Place place{fmt::format("{}:{}", file.string(), lines->number()), ""};
    auto head = read_head(**line, scanned.part.header, place);
    if (!head) return tl::unexpected(head.error());
    attempts.add(head->position, lines->span(), lines->number(), std::move(head->name));
  }
  scanned.part.problems = that_count(attempts.all());
  return scanned;
}

/// All folders, by as many threads as there are processors. The error is that of the first folder
/// which has one.
Expected<std::vector<ScannedPart>> scan_all(const MergeOrder& order) {
  std::vector<Expected<ScannedPart>> found(order.folders.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> over{false};
  const auto is_over = [&] {
    if (!over && order.interrupted && order.interrupted()) over = true;
    return over.load();
  };
  const auto work = [&] {
    for (std::size_t i = 0; (i = next++) < found.size() && !is_over();) {
      found[i] = scan(order.folders[i], found.size() == 1, is_over);
    }
  };
  {
    std::vector<std::jthread> threads;
    const auto most = std::min<std::size_t>(std::thread::hardware_concurrency(), found.size());
    start_threads(threads, static_cast<std::int64_t>(most) - 1, work);
    work();
  }
  std::vector<ScannedPart> parts;
  for (auto& part : found) {
    if (!part) return tl::unexpected(part.error());
    parts.push_back(std::move(*part));
  }
  return parts;
}

/// Reads lines of a scanned file in large blocks; the file is open only while a block is read, so
/// that any number of shards can be read in turn.
class PartReader {
 public:
  PartReader(const PartFile& file, std::size_t block) : file_(&file), block_(block) {}

  Expected<std::string_view> read(Span span) {
    if (span.begin < begin_ || span.end > begin_ + buffer_.size())
      if (auto ok = fill(span); !ok) return tl::unexpected(ok.error());
    return std::string_view(buffer_).substr(span.begin - begin_, span.end - span.begin);
  }

 private:
  Expected<void> fill(Span span) {
    const int descriptor = ::open(file_->path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
      return error(
          fmt::format("{}: cannot be read: {}", file_->path.string(), std::strerror(errno)));
    begin_ = span.begin;
    buffer_.resize(std::max(span.end - span.begin, block_));
    std::size_t got = 0;
    while (got < buffer_.size()) {
      const auto more = ::pread(descriptor, buffer_.data() + got, buffer_.size() - got,
                                static_cast<off_t>(begin_ + got));
      if (more < 0 && errno == EINTR) continue;
      if (more <= 0) break;
      got += static_cast<std::size_t>(more);
    }
    struct stat status {};
    const bool same = ::fstat(descriptor, &status) == 0 && identity(status) == file_->identity;
    ::close(descriptor);
    buffer_.resize(got);
    if (same && got >= span.end - span.begin) return {};
    return error(fmt::format("{}: was changed while it was merged", file_->path.string()));
  }

  const PartFile* file_;
  std::size_t block_, begin_ = 0;
  std::string buffer_;
};

/// A new file, on disk once finish() has returned.
class NewFile {
 public:
  static Expected<NewFile> open(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    NewFile file(descriptor, path);
    if (descriptor < 0) return file.failed();
    return file;
  }
  Expected<void> add(std::string_view text) {
    buffer_ += text;
    return buffer_.size() < kBlock ? Expected<void>() : flush();
  }
  Expected<void> finish() {
    if (auto ok = flush(); !ok) return ok;
    if (::fsync(descriptor_) != 0) return failed();
    return {};
  }
  NewFile(NewFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        path_(std::move(other.path_)),
        buffer_(std::move(other.buffer_)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

 private:
  NewFile(int descriptor, fs::path path) : descriptor_(descriptor), path_(std::move(path)) {}
  tl::unexpected<Error> failed() const {
    return error(fmt::format("{}: cannot be written: {}", path_.string(), std::strerror(errno)));
  }
  Expected<void> flush() {
    for (std::size_t done = 0; done < buffer_.size();) {
      const auto more = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
      if (more < 0 && errno == EINTR) continue;
      if (more <= 0) return failed();
      done += static_cast<std::size_t>(more);
    }
    buffer_.clear();
    return {};
  }

  static constexpr std::size_t kBlock = std::size_t{1} << 20;
  int descriptor_;
  fs::path path_;
  std::string buffer_;
};

/// A folder beside `target` that takes its place once it is complete, and is removed where it does
/// not come to that.
class NewFolder {
 public:
  explicit NewFolder(fs::path target) : target_(std::move(target)) {
    part_ = target_;
    part_ += fmt::format(".{}.part", ::getpid());
  }
  NewFolder(const NewFolder&) = delete;
  ~NewFolder() {
    std::error_code ignored;
    fs::remove_all(part_, ignored);
  }

  const fs::path& path() const { return part_; }

  Expected<void> check() const {
    std::error_code failed;
    if (fs::exists(target_, failed) &&
        !(fs::is_directory(target_, failed) && fs::is_empty(target_, failed) && !failed))
      return error(fmt::format("{}: is there already, and is no empty folder; name another",
                               target_.string()));
    return {};
  }

  Expected<void> make() {
    std::error_code failed;
    fs::create_directories(part_, failed);
    return failed ? complaint(failed.message()) : Expected<void>();
  }

  Expected<void> publish() {
    if (::rename(part_.c_str(), target_.c_str()) != 0) return complaint(std::strerror(errno));
    return {};
  }

 private:
  Expected<void> complaint(const std::string& why) const {
    return error(fmt::format("{}: cannot be made: {}", target_.string(), why));
  }
  fs::path target_, part_;
};

/// One of a problem's lines in one of the parts.
struct Piece {
  const Attempt* attempt;
  std::size_t part;
};

/// The pieces of some parts in order of the problems.
std::vector<Piece> pieces_of(const std::vector<RunPart>& parts,
                             const std::vector<std::size_t>& group) {
  std::vector<Piece> pieces;
  for (const auto i : group)
    for (const auto& attempt : parts[i].problems)
      if (attempt.whole()) pieces.push_back({&attempt, i});
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.attempt->problem < b.attempt->problem; });
  return pieces;
}

/// Writes one run. Returns false where it was interrupted.
Expected<bool> write_run(const std::vector<Piece>& pieces, const std::vector<PartFile>& files,
                         const fs::path& folder, const std::function<bool()>& interrupted,
                         MergedRun& run) {
  constexpr std::size_t kMemory = std::size_t{256} << 20, kMostBlock = std::size_t{1} << 20;
  std::vector<PartReader> readers;
  for (const auto& part : files)
    readers.emplace_back(part, std::min(kMostBlock, kMemory / files.size()));
  auto file = NewFile::open(folder / "results.jsonl");
  if (!file) return tl::unexpected(file.error());
  if (auto ok = file->add(to_line(run.header) + "\n"); !ok) return tl::unexpected(ok.error());
  for (const auto& [attempt, part] : pieces) {
    if (interrupted && interrupted()) return false;
    const auto lines = readers[part].read(attempt->span);
    if (!lines) return tl::unexpected(lines.error());
    if (auto ok = file->add(*lines); !ok) return tl::unexpected(ok.error());
    ++run.problems;
    run.cases += attempt->lines;
  }
  if (auto ok = file->finish(); !ok) return tl::unexpected(ok.error());
  return true;
}

Expected<void> check_given_twice(const std::vector<std::string>& folders) {
  std::map<fs::path, std::string> known;
  for (const auto& folder : folders) {
    std::error_code failed;
    const auto [other, is_new] =
        known.try_emplace(fs::weakly_canonical(results_file(folder), failed), folder);
    if (!is_new) return error(fmt::format("{} and {} are one folder", other->second, folder));
  }
  return {};
}

/// Where the parts are to go: one folder, or one for each kind of machine.
std::vector<MergedRun> runs_of(const std::vector<RunPart>& parts,
                               const std::vector<std::vector<std::size_t>>& groups) {
  std::vector<MergedRun> runs;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::vector<const RunPart*> members;
    for (const auto part : groups[i]) members.push_back(&parts[part]);
    runs.push_back({groups.size() == 1 ? fs::path() : fs::path(fmt::format("machine-{}", i + 1)),
                    merged_header(members)});
  }
  return runs;
}

}  // namespace

Expected<std::vector<MergedRun>> merge(const MergeOrder& order) {
  const auto target =
      order.out.has_filename() ? order.out : order.out.parent_path();  // "out/" is "out"
  if (auto ok = check_given_twice(order.folders); !ok) return tl::unexpected(ok.error());
  NewFolder folder(target);
  if (auto ok = folder.check(); !ok) return tl::unexpected(ok.error());
  auto scanned = scan_all(order);
  if (!scanned) return tl::unexpected(scanned.error());
  if (order.interrupted && order.interrupted()) return std::vector<MergedRun>{};
  std::vector<RunPart> parts;
  std::vector<PartFile> files;
  for (auto& s : *scanned) {
    parts.push_back(std::move(s.part));
    files.push_back(std::move(s.file));
  }
  if (auto ok = check_parts(parts, order.allowed); !ok) return tl::unexpected(ok.error());
  if (auto ok = folder.make(); !ok) return tl::unexpected(ok.error());
  const auto groups = by_machine(parts);
  auto runs = runs_of(parts, groups);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto place = runs[i].folder.empty() ? folder.path() : folder.path() / runs[i].folder;
    std::error_code failed;
    fs::create_directories(place, failed);
    const auto whole =
        write_run(pieces_of(parts, groups[i]), files, place, order.interrupted, runs[i]);
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole) return std::vector<MergedRun>{};
    runs[i].folder = runs[i].folder.empty() ? target : target / runs[i].folder;
  }
  if (auto ok = folder.publish(); !ok) return tl::unexpected(ok.error());
  return runs;
}

}  // namespace convgauge::record
