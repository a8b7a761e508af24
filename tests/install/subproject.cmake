# Run by ctest: see CMakeLists.txt beside this file. A project that has convgauge inside gets
# convgauge_add_plugin and the headers, builds nothing else of it, and installs its own plugin only.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${out}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
# A configured project in ${WORK_DIR}/NAME/build that has convgauge by these lines.
function(project_with name lines)
  file(WRITE ${WORK_DIR}/${name}/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)
project(kernels LANGUAGES CXX)
${lines}
convgauge_add_plugin(template ${SOURCE}/plugins/template/backend.cpp)
convgauge_add_plugin(kept NO_INSTALL EXCLUDE_FROM_ALL ${SOURCE}/plugins/template/backend.cpp)
")
  run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${WORK_DIR}/${name} -B ${WORK_DIR}/${name}/build
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_BUILD_TYPE=Release)
endfunction()
project_with(plugins "add_subdirectory(${SOURCE}/plugins convgauge)")
project_with(whole "add_subdirectory(${SOURCE} convgauge)")
project_with(fetched "include(FetchContent)
FetchContent_Declare(convgauge SOURCE_DIR ${SOURCE})
FetchContent_MakeAvailable(convgauge)")

set(build ${WORK_DIR}/fetched/build)
run(${CMAKE_COMMAND} --build ${build})
run(${RUN_PLUGIN} ${build}/libconvgauge_template.so template)
run(${CMAKE_COMMAND} --install ${build} --prefix ${WORK_DIR}/prefix)
file(GLOB_RECURSE installed RELATIVE ${WORK_DIR}/prefix ${WORK_DIR}/prefix/*)
if(NOT installed MATCHES "^lib[^;]*/convgauge/plugins/libconvgauge_template[.]so$")
  message(FATAL_ERROR "installed, where the plugin alone should be: ${installed}")
endif()

# Its own folder, where it names one.
run(${CMAKE_COMMAND} ${build} -DCONVGAUGE_PLUGIN_INSTALL_DIR=here)
run(${CMAKE_COMMAND} --install ${build} --prefix ${WORK_DIR}/other)
if(NOT EXISTS ${WORK_DIR}/other/here/libconvgauge_template.so)
  message(FATAL_ERROR "not installed where CONVGAUGE_PLUGIN_INSTALL_DIR says:\n${out}")
endif()
