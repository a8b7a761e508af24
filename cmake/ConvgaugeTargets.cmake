# How targets are made here, so that each folder's CMakeLists.txt says only what is its own.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(convgauge_options INTERFACE)
target_compile_features(convgauge_options INTERFACE cxx_std_20)
target_compile_options(convgauge_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fvisibility=hidden -ffp-contract=off
  # GCC 12 sees overlaps in std::string that cannot be (its bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
option(CONVGAUGE_WERROR "Treat warnings as errors" OFF)
if(CONVGAUGE_WERROR)
  target_compile_options(convgauge_options INTERFACE -Werror)
endif()
set(CONVGAUGE_SANITIZE ""
  CACHE STRING "Sanitizers for everything built here: address,undefined or thread")
if(CONVGAUGE_SANITIZE)
  target_compile_options(convgauge_options
    INTERFACE -fsanitize=${CONVGAUGE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(convgauge_options INTERFACE -fsanitize=${CONVGAUGE_SANITIZE})
endif()

# convgauge_layer(NAME SOURCES ... DEPENDS layers... LIBRARIES public libraries... PRIVATE private
# libraries...)
# One static library of the harness. The dependency rule of the house is in these link lines, and
# tests/headers checks it.
function(convgauge_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LIBRARIES;PRIVATE" ${ARGN})
  add_library(convgauge_${name} STATIC ${arg_SOURCES})
  add_library(convgauge::${name} ALIAS convgauge_${name})
  target_include_directories(convgauge_${name} PUBLIC ${PROJECT_SOURCE_DIR}/harness)
  list(TRANSFORM arg_DEPENDS PREPEND convgauge::)
  target_link_libraries(convgauge_${name}
    PUBLIC ${arg_DEPENDS} ${arg_LIBRARIES}
    PRIVATE $<BUILD_INTERFACE:convgauge_options> ${arg_PRIVATE})
  # Nothing of theirs is hot, and JSON's templates take long to optimise.
  if(name MATCHES "^(config|record|report)$")
    target_compile_options(convgauge_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

# convgauge_plugin(NAME SOURCES ... LIBRARIES ...): a backend as a shared library,
# libconvgauge_NAME.so, in plugins/ of the build tree and in lib/convgauge/plugins when installed.
# The global property CONVGAUGE_PLUGINS lists them, and the target's CONVGAUGE_FOLDER is where its
# sources lie: tests/conformance tests each.
function(convgauge_plugin name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(convgauge_${name} MODULE ${arg_SOURCES})
  target_link_libraries(convgauge_${name} PRIVATE convgauge::plugin_api convgauge_options
    ${arg_LIBRARIES})
  set_target_properties(convgauge_${name} PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON INSTALL_RPATH "$ORIGIN/../libraries"
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/plugins)
  target_link_options(convgauge_${name} PRIVATE -Wl,-z,defs
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/plugin_exports.map)
  set_property(TARGET convgauge_${name} APPEND PROPERTY
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/plugin_exports.map)
  install(TARGETS convgauge_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/convgauge/plugins)
  set_property(GLOBAL APPEND PROPERTY CONVGAUGE_PLUGINS ${name})
  set_property(TARGET convgauge_${name} PROPERTY CONVGAUGE_FOLDER ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()

# convgauge_unit_test(LAYER SOURCES ... LIBRARIES ...): tests/unit/LAYER as one GoogleTest program.
# Most of the compile time of a unit test is Google Test's headers, and of what reads and writes
# JSON nlohmann's: with CONVGAUGE_JOINT_SOURCES four files read them together.
option(CONVGAUGE_JOINT_SOURCES
  "Compile unit tests, and what has to do with JSON, four files at a time" OFF)
function(convgauge_join_sources target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${CONVGAUGE_JOINT_SOURCES}
    UNITY_BUILD_BATCH_SIZE 4)
endfunction()

function(convgauge_unit_test layer)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(test_${layer} ${arg_SOURCES})
  target_link_libraries(test_${layer} PRIVATE convgauge::${layer} ${arg_LIBRARIES} GTest::gtest_main
    convgauge_options)
  target_compile_definitions(test_${layer} PRIVATE CONVGAUGE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # A third off what compiling it takes.
  target_compile_options(test_${layer} PRIVATE $<$<CONFIG:Release>:-O1>)
  convgauge_join_sources(test_${layer})
  include(GoogleTest)
  gtest_discover_tests(test_${layer} TEST_PREFIX ${layer}. DISCOVERY_TIMEOUT 60)
endfunction()
