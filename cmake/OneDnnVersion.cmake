# convgauge_find_onednn(MAJOR HINTS): looks for oneDNN of one major version and makes
# OneDnn<MAJOR>::dnnl. Sets OneDnn<MAJOR>_FOUND, _INCLUDE_DIR, _LIBRARY and _WHY_NOT in the caller.
# A build whose CPU runtime is neither OpenMP nor sequential is not taken:
# the plugin could not set its threads.
function(convgauge_find_onednn major)
  set(prefix OneDnn${major})
  set(hints ${ARGN})
  if(hints)
    find_path(${prefix}_INCLUDE_DIR oneapi/dnnl/dnnl_version.h PATHS ${hints}
      PATH_SUFFIXES include NO_DEFAULT_PATH)
    find_library(${prefix}_LIBRARY NAMES dnnl libdnnl.so.${major} PATHS ${hints}
      PATH_SUFFIXES lib lib64 NO_DEFAULT_PATH)
  else()
    find_path(${prefix}_INCLUDE_DIR oneapi/dnnl/dnnl_version.h)
    find_library(${prefix}_LIBRARY NAMES dnnl libdnnl.so.${major})
  endif()
  mark_as_advanced(${prefix}_INCLUDE_DIR ${prefix}_LIBRARY)
  set(found FALSE)
  set(why "")
  if(NOT ${prefix}_INCLUDE_DIR OR NOT ${prefix}_LIBRARY)
    set(why "no oneDNN ${major}.x found")
  else()
    file(STRINGS ${${prefix}_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h line
      REGEX "define DNNL_VERSION_MAJOR")
    string(REGEX MATCH "[0-9]+" have "${line}")
    file(STRINGS ${${prefix}_INCLUDE_DIR}/oneapi/dnnl/dnnl_config.h runtime
      REGEX "^#define DNNL_CPU_RUNTIME ")
    string(REGEX REPLACE ".*DNNL_RUNTIME_" "" runtime "${runtime}")
    if(NOT have STREQUAL major)
      set(why "${${prefix}_INCLUDE_DIR} holds oneDNN ${have}.x, not ${major}.x")
    elseif(NOT runtime MATCHES "^(OMP|SEQ)$")
      set(why
        "${${prefix}_LIBRARY} is built for ${runtime}; OpenMP or a sequential build is needed")
    else()
      set(found TRUE)
    endif()
  endif()
  if(found AND NOT TARGET ${prefix}::dnnl)
    add_library(${prefix}::dnnl SHARED IMPORTED GLOBAL)
    set_target_properties(${prefix}::dnnl PROPERTIES
      IMPORTED_LOCATION ${${prefix}_LIBRARY}
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${${prefix}_INCLUDE_DIR}
      INTERFACE_INCLUDE_DIRECTORIES ${${prefix}_INCLUDE_DIR})
  endif()
  set(${prefix}_FOUND ${found} PARENT_SCOPE)
  set(${prefix}_WHY_NOT "${why}" PARENT_SCOPE)
endfunction()
