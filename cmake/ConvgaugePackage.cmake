# `cpack -G TGZ` in a build folder: bin/, plugins, configs, scripts/gpu_check and the shared
# libraries that they need, for a machine that has none of them. Left out is what every Linux with a
# C++ compiler or Python has, and what belongs to the machine: glibc, libstdc++, libgcc_s, and cuDNN
# and the driver, which the cudnn backend opens when it runs; and the
# plugins over libraries that are large or whole folders of files (convgauge_keep_local).
set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_NAME convgauge)
set(CPACK_PACKAGE_FILE_NAME
  convgauge-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/gather_libraries.cmake)
set(CPACK_CONVGAUGE_BINDIR ${CMAKE_INSTALL_BINDIR})
set(CPACK_CONVGAUGE_LIBDIR ${CMAKE_INSTALL_LIBDIR})
get_property(CPACK_CONVGAUGE_LEFT_OUT GLOBAL PROPERTY CONVGAUGE_LOCAL_PLUGINS)
# Vulkan's loader is opened when it is needed, and GPU machines often have a driver but no loader.
find_library(CONVGAUGE_VULKAN_LOADER NAMES libvulkan.so.1)
mark_as_advanced(CONVGAUGE_VULKAN_LOADER)
if(TARGET convgauge_vulkan AND CONVGAUGE_VULKAN_LOADER)
  set(CPACK_CONVGAUGE_VULKAN_LOADER ${CONVGAUGE_VULKAN_LOADER})
endif()
include(CPack)
