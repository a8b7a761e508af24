#include "config/suite.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "config/backends.hpp"
#include "config/digest.hpp"
#include "config/json_text.hpp"
#include "config/settings.hpp"
#include "config/sweep.hpp"
#include "config/values.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::config {
namespace {

using Path = std::filesystem::path;

/// One file with what it includes, before the axes are applied.
struct Document {
  // What the reader needs to know.
  Path file;
  std::vector<Path> chain;          // the files that include it, outermost first, and itself
  std::shared_ptr<int> files_read;  // by the whole suite so far
  bool swept = false;               // axes will replace values: problems are checked after that
  // What was read.
  std::string name;
  std::vector<Draft> problems;
  std::set<Path> included_files;
  std::vector<SweptDraft> included;
  std::vector<SweepAxis> axes;
  Settings settings = default_settings();
  std::vector<BackendChoice> backends;
  std::optional<std::string> baseline;
  std::vector<Known> known;
};

/// A suite includes 56 files at most here; files that include each other twice at each level reach
/// this number within a second.
constexpr int kMostFiles = 1'000;

Expected<Document> read_document(const Path& file, std::vector<Path> chain, bool swept,
                                 std::shared_ptr<int> files_read);

std::vector<SweptDraft> swept_drafts(Document document) {
  std::vector<SweptDraft> all;
  for (auto& draft : document.problems) all.push_back({document.name, std::move(draft), {}});
  std::move(document.included.begin(), document.included.end(), std::back_inserter(all));
  apply_axes(document.axes, all);
  return all;
}

Expected<void> read_problems(const Json& list, const Place& place, Document& document) {
  const auto add = [&](const Json& value, const Place& here) -> Expected<void> {
    auto draft = read_draft(value, here);
    if (!draft) return tl::unexpected(draft.error());
    if (!document.swept)
      if (const auto legal = geometry_of(*draft); !legal) return tl::unexpected(legal.error());
    document.problems.push_back(std::move(*draft));
    return {};
  };
  return read_list(list, place, "problems", add);
}

/// "a.json -> b.json -> a.json"
std::string cycle_text(const std::vector<Path>& chain, const Path& again) {
  std::string all;
  for (const auto& file : chain) all += file.string() + " -> ";
  return all + again.string();
}

Expected<void> include_file(const Json& value, const Place& place, Document& document) {
  const auto written = read_text(value, place);
  if (!written) return tl::unexpected(written.error());
  const auto file = (document.file.parent_path() / *written).lexically_normal();
  std::error_code missing;
  if (!std::filesystem::exists(file, missing))
    return fault(place, fmt::format("{}: no such file: {}", shown(value), file.string()));
  for (const auto& outer : document.chain)
    if (std::filesystem::equivalent(outer, file, missing))
      return fault(place, fmt::format("{} includes itself: {}", shown(value),
                                      cycle_text(document.chain, file)));
  // A file that stands twice in one document adds nothing the second time.
  const auto canonical = std::filesystem::canonical(file, missing);
  if (!document.included_files.insert(canonical).second) return {};
  if (++*document.files_read > kMostFiles)
    return fault(place, fmt::format("more than {} files are included", kMostFiles));
  auto inner = read_document(file, document.chain, document.swept, document.files_read);
  if (!inner) return tl::unexpected(inner.error());
  auto drafts = swept_drafts(std::move(*inner));
  std::move(drafts.begin(), drafts.end(), std::back_inserter(document.included));
  return {};
}

Expected<void> read_include(const Json& list, const Place& place, Document& document) {
  return read_list(list, place, "file names", [&](const Json& value, const Place& here) {
    return include_file(value, here, document);
  });
}

/// Text for human readers: any string, which is not kept.
Expected<void> read_note(const Json& value, const Place& place, Document&) {
  if (!value.is_string()) return fault(place, fmt::format("{} is not a string", shown(value)));
  return {};
}

constexpr Member<Document> kDocument[] = {
    {"$schema", read_note},
    {"source", read_note},
    {"note", read_note},
    {"name",
     [](const Json& j, const Place& p, Document& d) { return put(d.name, read_text(j, p)); }},
    {"problems", read_problems},
    {"include", read_include},
    {"axes",
     [](const Json& j, const Place& p, Document& d) { return put(d.axes, read_axes(j, p)); }},
    {"backends",
     [](const Json& j, const Place& p, Document& d) {
       return put(d.backends, read_backends(j, p, d.file.parent_path()));
     }},
    {"settings", [](const Json& j, const Place& p,
                    Document& d) { return put(d.settings, read_settings(j, p)); }},
    {"baseline_backend",
     [](const Json& j, const Place& p, Document& d) { return put(d.baseline, read_text(j, p)); }},
    {"known",
     [](const Json& j, const Place& p, Document& d) { return put(d.known, read_known(j, p)); }},
};

Expected<Document> read_document(const Path& file, std::vector<Path> chain, bool swept,
                                 std::shared_ptr<int> files_read) {
  const auto json = read_json(file);
  if (!json) return tl::unexpected(json.error());
  const Place place{file.string(), ""};
  chain.push_back(file);
  Document document;
  document.file = file;
  document.name = file.stem().string();
  document.chain = std::move(chain);
  document.files_read = std::move(files_read);
  document.swept = swept || (json->is_object() && json->contains("axes"));
  if (const auto done = read_members(*json, place, kDocument, document); !done)
    return tl::unexpected(done.error());
  if (document.problems.empty() && document.included.empty())
    return fault(place, "missing 'problems' (or 'include')");
  if (document.baseline)
    if (const auto done =
            check_baseline(*document.baseline, place.child("baseline_backend"), document.backends);
        !done)
      return tl::unexpected(done.error());
  return document;
}

}  // namespace

Expected<Suite> read_suite(const Path& file) {
  auto document = read_document(file, {}, false, std::make_shared<int>(0));
  if (!document) return tl::unexpected(document.error());
  Suite suite;
  suite.name = document->name;
  suite.file = file;
  suite.backends = std::move(document->backends);
  suite.settings = std::move(document->settings);
  suite.baseline_backend = std::move(document->baseline);
  suite.known = std::move(document->known);
  auto problems = expand(swept_drafts(std::move(*document)));
  if (!problems) return tl::unexpected(problems.error());
  suite.problems = std::move(*problems);
  suite.digest = digest_of(suite);
  return suite;
}

Suite suite_of(const Geometry& geometry) {
  Suite suite;
  suite.name = "problem";
  suite.problems = {{suite.name, short_text(geometry), geometry, 1}};
  suite.settings = default_settings();
  suite.digest = digest_of(suite);
  return suite;
}

Expected<Problem> read_problem(const Path& file, const std::optional<InputSize>& input) {
  const auto json = read_json(file);
  if (!json) return tl::unexpected(json.error());
  auto draft = read_draft(*json, {file.string(), ""});
  if (!draft) return tl::unexpected(draft.error());
  if (input)
    for (const auto& [key, size] :
         {std::pair("batch", input->batch), {"height", input->height}, {"width", input->width}})
      draft->entries.try_emplace(key, Draft::Entry{Json(size), draft->place});
  return geometry_of(*draft).map([&](const Geometry& geometry) {
    return Problem{file.stem().string(), draft->name.empty() ? short_text(geometry) : draft->name,
                   geometry, draft->count, draft->own};
  });
}

}  // namespace convgauge::config
