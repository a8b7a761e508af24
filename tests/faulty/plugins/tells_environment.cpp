// Refuses everything, with the values of some environment variables as the reason.
#include "../base.hpp"

#include <cstdio>
#include <cstdlib>

namespace {

const char* value_of(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "absent";
}

cvg_status refuse(const cvg_spec&, cvg_reason* reason, cvg_note* note) {
  char text[512];
  std::snprintf(text, sizeof text, "SOME_LIBRARY_MODE=%s ONEDNN_VERBOSE=%s OMP_NUM_THREADS=%s",
                value_of("SOME_LIBRARY_MODE"), value_of("ONEDNN_VERBOSE"),
                value_of("OMP_NUM_THREADS"));
  *reason = CVG_REASON_OTHER;
  faulty::say(note, text);
  return CVG_STATUS_REFUSED;
}

}  // namespace

const faulty::Fault fault{.name = "tells_environment", .query = refuse, .create = refuse};
