// What missing_dependency is linked with.
extern "C" __attribute__((visibility("default"))) void faulty_absent() {}
