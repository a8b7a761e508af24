// Describes an option, and takes any value for it (R4).
#include <cstring>

#include "../base.hpp"

namespace {

decltype(cvg_backend::query) query;
decltype(cvg_backend::plan_create) plan_create;

/// Without its one option, if that is all there is.
cvg_settings without_own(cvg_settings settings) {
  if (settings.option_count == 1 && std::strcmp(settings.options[0].key, "accuracy") == 0)
    settings.option_count = 0;
  return settings;
}

}  // namespace

const faulty::Fault fault{.name = "accepts_any_value", .tables = [](cvg_plugin&, cvg_backend& b) {
                            query = b.query;
                            plan_create = b.plan_create;
                            b.options = [](cvg_option_info* out, int32_t capacity,
                                           int32_t* count) -> cvg_status {
                              *count = 1;
                              if (capacity < 1) return CVG_STATUS_OK;
                              out->key = "accuracy";
                              out->values = "strict|fast";
                              out->default_value = "strict";
                              out->description = "an option";
                              return CVG_STATUS_OK;
                            };
                            b.query = [](const cvg_spec* spec, const cvg_settings* settings,
                                         cvg_reason* reason, cvg_note* why) {
                              const cvg_settings own = without_own(*settings);
                              return query(spec, &own, reason, why);
                            };
                            b.plan_create = [](const cvg_spec* spec, const cvg_settings* settings,
                                               cvg_plan** plan, cvg_reason* reason, cvg_note* why) {
                              const cvg_settings own = without_own(*settings);
                              return plan_create(spec, &own, plan, reason, why);
                            };
                          }};
