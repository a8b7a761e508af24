# OpenVINO's runtime: PyPI's wheel openvino, which holds headers and libraries, or an archive's
# folder, under CONVGAUGE_OPENVINO_ROOT or where convgauge_peer_folders() says.
# OpenVinoRuntime::runtime; OpenVinoRuntime_FOUND, _WHY_NOT.
include(PeerFolders)
convgauge_peer_folders(OPENVINO folders)
if(NOT CONVGAUGE_OPENVINO_ROOT)
  list(APPEND folders /opt/intel/openvino /usr/local /usr)
endif()
unset(openvino_header)
unset(openvino_library)
find_path(openvino_header openvino/openvino.hpp PATHS ${folders}
  PATH_SUFFIXES openvino/include runtime/include include NO_DEFAULT_PATH NO_CACHE)
set(OpenVinoRuntime_FOUND FALSE)
set(OpenVinoRuntime_WHY_NOT "")
if(NOT openvino_header)
  list(JOIN folders ", " places)
  set(OpenVinoRuntime_WHY_NOT "no OpenVINO in ${places} (scripts/install_peers openvino)")
else()
  get_filename_component(openvino_header ${openvino_header} ABSOLUTE)  # no slash at its end
  # The library that lies beside these headers; the wheel's has its version as suffix.
  get_filename_component(openvino_prefix ${openvino_header}/.. ABSOLUTE)
  file(GLOB libraries ${openvino_prefix}/libs/libopenvino.so*
    ${openvino_prefix}/lib*/libopenvino.so*
    ${openvino_prefix}/lib/intel64/libopenvino.so*
    ${openvino_prefix}/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libopenvino.so*)
  file(STRINGS ${openvino_header}/openvino/core/version.hpp line
    REGEX "define OPENVINO_VERSION_MAJOR")
  string(REGEX MATCH "[0-9]+$" version "${line}")
  if(NOT libraries)
    set(OpenVinoRuntime_WHY_NOT "${openvino_header} has no libopenvino.so beside it")
  elseif(version LESS 2024)
    set(OpenVinoRuntime_WHY_NOT
      "${openvino_header} holds OpenVINO ${version}; 2024 or later is needed")
  else()
    list(GET libraries 0 openvino_library)
    convgauge_why_not_loadable(${openvino_library} OpenVinoRuntime_WHY_NOT)
  endif()
endif()
if(NOT OpenVinoRuntime_WHY_NOT)
  set(OpenVinoRuntime_FOUND TRUE)
endif()
if(OpenVinoRuntime_FOUND AND NOT TARGET OpenVinoRuntime::runtime)
  add_library(OpenVinoRuntime::runtime INTERFACE IMPORTED GLOBAL)
  target_include_directories(OpenVinoRuntime::runtime SYSTEM INTERFACE ${openvino_header})
  target_link_libraries(OpenVinoRuntime::runtime INTERFACE ${openvino_library})
endif()
