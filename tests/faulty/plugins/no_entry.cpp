// A shared library, but no plugin: it does not export cvg_plugin_entry (R1).
extern "C" __attribute__((visibility("default"))) int something_else() {
  return 0;
}
