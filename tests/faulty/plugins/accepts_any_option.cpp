// Takes options that it never described (R4).
#include "../base.hpp"

namespace {

decltype(cvg_backend::query) query;
decltype(cvg_backend::plan_create) plan_create;

cvg_settings without_options(cvg_settings settings) {
  settings.option_count = 0;
  return settings;
}

}  // namespace

const faulty::Fault fault{.name = "accepts_any_option", .tables = [](cvg_plugin&, cvg_backend& b) {
                            query = b.query;
                            plan_create = b.plan_create;
                            b.query = [](const cvg_spec* spec, const cvg_settings* settings,
                                         cvg_reason* reason, cvg_note* why) {
                              const cvg_settings deaf = without_options(*settings);
                              return query(spec, &deaf, reason, why);
                            };
                            b.plan_create = [](const cvg_spec* spec, const cvg_settings* settings,
                                               cvg_plan** plan, cvg_reason* reason, cvg_note* why) {
                              const cvg_settings deaf = without_options(*settings);
                              return plan_create(spec, &deaf, plan, reason, why);
                            };
                          }};
