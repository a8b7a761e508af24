// Dies while it is loaded.
#include "../base.hpp"

#include <cstdlib>

const faulty::Fault fault{.name = "aborts_on_load", .load = [] { std::abort(); }};
