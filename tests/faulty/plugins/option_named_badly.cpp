// Describes an option whose name has a capital (R2).
#include "../base.hpp"

const faulty::Fault fault{.name = "option_named_badly", .tables = [](cvg_plugin&, cvg_backend& b) {
                            b.options = [](cvg_option_info* out, int32_t capacity,
                                           int32_t* count) -> cvg_status {
                              *count = 1;
                              if (capacity < 1) return CVG_STATUS_OK;
                              out->key = "Accuracy";
                              out->values = "strict|fast";
                              out->default_value = "strict";
                              out->description = "an option";
                              return CVG_STATUS_OK;
                            };
                          }};
