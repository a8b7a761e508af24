# libseccomp (Debian: libseccomp-dev): the target convgauge::seccomp.
find_path(SECCOMP_INCLUDE_DIR seccomp.h REQUIRED)
find_library(SECCOMP_LIBRARY seccomp REQUIRED)
mark_as_advanced(SECCOMP_INCLUDE_DIR SECCOMP_LIBRARY)
if(NOT TARGET convgauge::seccomp)
  add_library(convgauge::seccomp UNKNOWN IMPORTED)
  set_target_properties(convgauge::seccomp PROPERTIES
    IMPORTED_LOCATION ${SECCOMP_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${SECCOMP_INCLUDE_DIR})
endif()
set(Seccomp_FOUND TRUE)
