# oneDNN 3.x under CONVGAUGE_ONEDNN3_ROOT, or where pip puts it (wheels onednn-cpu-gomp and
# onednn-devel-cpu-gomp: their include/ and lib/ go to Python's prefix),
# or in the system's folders. OneDnn3::dnnl
include(OneDnnVersion)
set(CONVGAUGE_ONEDNN3_ROOT ""
  CACHE PATH "Where oneDNN 3.x is installed; empty: Python's prefix, the usual folders")
if(CONVGAUGE_ONEDNN3_ROOT)
  convgauge_find_onednn(3 ${CONVGAUGE_ONEDNN3_ROOT})
else()
  set(onednn3_hints /opt/onednn3 /usr/local)
  find_program(CONVGAUGE_PYTHON NAMES python3)
  mark_as_advanced(CONVGAUGE_PYTHON)
  if(CONVGAUGE_PYTHON)
    execute_process(COMMAND ${CONVGAUGE_PYTHON} -c
      "import site, sys; print(sys.prefix, site.getuserbase(), sep=';')"
                    OUTPUT_VARIABLE python_prefixes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    list(APPEND onednn3_hints ${python_prefixes})
  endif()
  convgauge_find_onednn(3 ${onednn3_hints} /usr)
endif()
