# oneDNN 2.x, as distributions have it (Debian:
# libdnnl-dev), or under CONVGAUGE_ONEDNN2_ROOT. OneDnn2::dnnl
include(OneDnnVersion)
set(CONVGAUGE_ONEDNN2_ROOT ""
  CACHE PATH "Where oneDNN 2.x is installed; empty: the system's folders")
convgauge_find_onednn(2 ${CONVGAUGE_ONEDNN2_ROOT})
