# Run by ctest: see CMakeLists.txt beside this file.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${out}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix --component plugin_api)
# A package must not remember where it was installed first.
file(RENAME ${WORK_DIR}/prefix ${WORK_DIR}/moved)
file(COPY ${WORK_DIR}/moved/${DATADIR}/convgauge/template DESTINATION ${WORK_DIR})
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${WORK_DIR}/template -B ${WORK_DIR}/build
  -DCMAKE_PREFIX_PATH=${WORK_DIR}/moved
    -DCMAKE_CXX_COMPILER=${COMPILER}
    "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror")
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)

set(plugin ${WORK_DIR}/build/libconvgauge_template.so)
run(${NM} -D --defined-only ${plugin})
string(STRIP "${out}" exported)
if(NOT exported MATCHES "^[0-9a-f]+ T cvg_plugin_entry$")
  message(FATAL_ERROR "exported beside cvg_plugin_entry:\n${exported}")
endif()
run(${RUN_PLUGIN} ${plugin} template)
run(${CMAKE_COMMAND} --install ${WORK_DIR}/build --prefix ${WORK_DIR}/moved)
file(GLOB installed ${WORK_DIR}/moved/lib*/convgauge/plugins/libconvgauge_template.so
  ${WORK_DIR}/moved/lib/*/convgauge/plugins/libconvgauge_template.so)
if(NOT installed)
  message(FATAL_ERROR "the plugin was not installed where convgauge looks for plugins:\n${out}")
endif()
message(STATUS "${out}")
