# oneDNN 3.x: the newest in .cache/peers/onednn3 (scripts/install_peers onednn3), /opt/onednn3, the
# prefixes of Python, where pip puts it, and the system's folders; or under CONVGAUGE_ONEDNN3_ROOT
# alone. OneDnn3::dnnl
include(OneDnnVersion)
set(CONVGAUGE_ONEDNN3_ROOT ""
  CACHE PATH "Where oneDNN 3.x is installed; empty: .cache/peers, Python's prefix, usual folders")
if(CONVGAUGE_ONEDNN3_ROOT)
  convgauge_find_onednn(3 ${CONVGAUGE_ONEDNN3_ROOT})
else()
  set(python_prefixes "")
  find_program(python NAMES python3 NO_CACHE)
  if(python)
    execute_process(COMMAND ${python} -c
      "import site, sys; print(sys.prefix, site.getuserbase(), sep=';')"
                    OUTPUT_VARIABLE python_prefixes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  convgauge_find_onednn(3 ${PROJECT_SOURCE_DIR}/.cache/peers/onednn3 /opt/onednn3
    ${python_prefixes} ${CMAKE_PREFIX_PATH} /usr/local /usr)
endif()
