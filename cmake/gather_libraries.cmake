# Run by CPack over the folder that it is about to pack: puts the shared libraries that programs
# and plugins need into lib/convgauge/libraries, where their run paths look first.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
foreach(plugin IN LISTS CPACK_CONVGAUGE_LEFT_OUT)
  file(REMOVE ${root}/${CPACK_CONVGAUGE_LIBDIR}/convgauge/plugins/libconvgauge_${plugin}.so)
  message(STATUS "cpack: without ${plugin}, whose library stays on this machine")
endforeach()
file(GLOB programs ${root}/${CPACK_CONVGAUGE_BINDIR}/convgauge*)
file(GLOB plugins ${root}/${CPACK_CONVGAUGE_LIBDIR}/convgauge/plugins/*.so)
file(GET_RUNTIME_DEPENDENCIES
  EXECUTABLES ${programs}
  MODULES ${plugins}
  RESOLVED_DEPENDENCIES_VAR found UNRESOLVED_DEPENDENCIES_VAR missing
    CONFLICTING_DEPENDENCIES_PREFIX conflicts
  POST_EXCLUDE_REGEXES
    "/(ld-linux[^/]*|libc|libm|libdl|librt|libpthread|libstdc[+][+]|libgcc_s)[.]so")
if(missing)
  message(FATAL_ERROR "cpack: not found: ${missing}")
endif()
foreach(name IN LISTS conflicts_FILENAMES)
  message(FATAL_ERROR "cpack: several ${name}: ${conflicts_${name}}")
endforeach()
foreach(library IN LISTS found)
  file(INSTALL ${library} DESTINATION ${root}/${CPACK_CONVGAUGE_LIBDIR}/convgauge/libraries
    FOLLOW_SYMLINK_CHAIN)
endforeach()
if(CPACK_CONVGAUGE_VULKAN_LOADER)  # apart: the machine's own, if it has one, knows its driver best
  file(INSTALL ${CPACK_CONVGAUGE_VULKAN_LOADER} FOLLOW_SYMLINK_CHAIN
    DESTINATION ${root}/${CPACK_CONVGAUGE_LIBDIR}/convgauge/libraries/loader)
endif()
list(LENGTH found count)
message(STATUS "cpack: ${count} libraries travel with it")
