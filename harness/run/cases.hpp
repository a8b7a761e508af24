// From a suite and a catalog to cases: which competitors there are, and under which settings they
// compute the problems.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/suite.hpp"
#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/catalog.hpp"

namespace convgauge::run {

/// One competitor: a backend of a plugin file on a device, as a config or the command line named
/// it.
struct Competitor {
  BackendChoice choice;  // label filled in
  std::string plugin_file, version;
  FileIdentity plugin_identity;
  Libraries libraries;  // what it had loaded when it described itself, without its own file
  int device = 0;
  std::string device_text;  // "cpu:0", "gpu:1", "software:0"
  bool on_cpu = true;
  std::int64_t last_level_cache_bytes = 0;  // of a device that is no CPU; 0: not known
  bool plugin_named = false;                // by --plugin or a config: a replay has to name it too
};

/// The competitors that can run, and the backends that cannot, each with its reason.
struct ResolvedBackends {
  std::vector<Competitor> competitors;
  std::vector<AbsentBackend> absent;
};

/// Resolves the choices of a suite (none: every backend present except the reference and software
/// devices). An absent backend that was required is an error; so is a device or plugin file that
/// was named and is not there.
Expected<ResolvedBackends> resolve_backends(const Suite& suite, const Catalog& catalog);

/// The list without the plugin's own file, which is identified by its hash.
Libraries without_plugin(Libraries libraries, const std::string& plugin_file);

/// An error if a plugin file is no longer the one that described itself, or is gone.
Expected<void> plugin_unchanged(const Competitor& competitor);
/// The same, but a file that is gone is no other one: what runs was loaded before that.
Expected<void> plugin_not_replaced(const Competitor& competitor);

/// All combinations of the settings' axes for one problem; what it has of its own is no axis.
std::vector<CaseSettings> settings_of(const Suite& suite, const Problem& problem);

/// The spec of a geometry under these settings: dtype, layout, direction, math and determinism.
Spec spec_of(const Geometry& geometry, const CaseSettings& settings);

}  // namespace convgauge::run
