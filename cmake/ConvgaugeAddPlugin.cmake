# convgauge_add_plugin(NAME [NO_INSTALL] SOURCES...): a target NAME that makes libconvgauge_NAME.so,
# exporting cvg_plugin_entry and nothing else. Link what it needs with target_link_libraries(NAME
# PRIVATE ...). `cmake --install` puts it into the folder in which a convgauge of the same prefix
# looks for plugins, or into CONVGAUGE_PLUGIN_INSTALL_DIR where that is set; NO_INSTALL: nowhere.
# Installed beside convgaugeConfig.cmake, and included by plugins/CMakeLists.txt.
function(convgauge_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "" "")
  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE convgauge::plugin_api)
  set_target_properties(${name} PROPERTIES
    PREFIX lib OUTPUT_NAME convgauge_${name} CXX_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(UNIX AND NOT APPLE)
    set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin_exports.map)
    target_link_options(${name} PRIVATE -Wl,-z,defs -Wl,--version-script=${map})
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${map})
  endif()
  if(NOT arg_NO_INSTALL)
    include(GNUInstallDirs)
    set(folder ${CMAKE_INSTALL_LIBDIR}/convgauge/plugins)
    if(CONVGAUGE_PLUGIN_INSTALL_DIR)
      set(folder ${CONVGAUGE_PLUGIN_INSTALL_DIR})
    endif()
    install(TARGETS ${name} LIBRARY DESTINATION ${folder})
  endif()
endfunction()
