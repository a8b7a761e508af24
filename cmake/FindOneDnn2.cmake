# oneDNN 2.x, as distributions have it (Debian: libdnnl-dev), or under CONVGAUGE_ONEDNN2_ROOT alone.
# OneDnn2::dnnl
include(OneDnnVersion)
set(CONVGAUGE_ONEDNN2_ROOT ""
  CACHE PATH "Where oneDNN 2.x is installed; empty: the system's folders")
if(CONVGAUGE_ONEDNN2_ROOT)
  convgauge_find_onednn(2 ${CONVGAUGE_ONEDNN2_ROOT})
else()
  convgauge_find_onednn(2 ${CMAKE_PREFIX_PATH} /usr/local /usr)
endif()
