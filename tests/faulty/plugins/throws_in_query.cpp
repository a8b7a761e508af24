// Lets an exception out of query() (R13).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "throws_in_query",
    .query = [](const cvg_spec&, int32_t*, cvg_note*) -> cvg_status { throw 42; }};
