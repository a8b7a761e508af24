// Needs a library that is nowhere to be found: linked with libfaulty_absent.so, which no loader's
// path leads to.
#include "../base.hpp"

extern "C" void faulty_absent();

const faulty::Fault fault{.name = "missing_dependency", .load = [] { faulty_absent(); }};
