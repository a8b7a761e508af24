// Every image of the batch but the first gets the first one's result.
#include "../base.hpp"

const faulty::Fault fault{.name = "second_image_wrong", .after = [](faulty::Call& c) {
                            const int64_t each = c.dst_count / c.spec.batch;
                            for (int64_t i = each; i < c.dst_count; ++i) c.dst[i] = c.dst[i % each];
                          }};
