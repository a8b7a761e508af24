// Its details are JSON whose brackets nest 130,000 deep.
#include "../base.hpp"

#include <cstring>

namespace {

cvg_status nested(cvg_note* json) {
  const size_t depth = json->capacity / 2 - 16;
  char* at = json->text;
  std::memcpy(at, "{\"a\":", 5);
  std::memset(at + 5, '[', depth);
  std::memset(at + 5 + depth, ']', depth);
  std::memcpy(at + 5 + 2 * depth, "}", 2);
  return CVG_STATUS_OK;
}

const cvg_details details{sizeof(cvg_details),
                          [](const cvg_plan*, cvg_note* json) { return nested(json); },
                          [](int32_t, cvg_note* json) { return nested(json); }};

}  // namespace

const faulty::Fault fault{.name = "nests_details", .tables = [](cvg_plugin&, cvg_backend& backend) {
                            backend.extension = [](const char* name) -> const void* {
                              return std::strcmp(name, CVG_EXTENSION_DETAILS) == 0 ? &details
                                                                                   : nullptr;
                            };
                          }};
