# Run by ctest: see CMakeLists.txt beside this file. Everything installed, moved,
# and used from where it then lies.
file(REMOVE_RECURSE ${WORK_DIR})
set(ENV{CONVGAUGE_PLUGIN_PATH} "")
function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR} RESULT_VARIABLE status
    OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${status}\n${out}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)
file(RENAME ${WORK_DIR}/prefix ${WORK_DIR}/moved)
set(convgauge ${WORK_DIR}/moved/${BINDIR}/convgauge)

run(${convgauge} list)
string(FIND "${out}" "${WORK_DIR}/moved/${LIBDIR}/convgauge/plugins/libconvgauge_naive.so" place)
if(place EQUAL -1 OR out MATCHES "not loaded")
  message(FATAL_ERROR "the installed plugins were not found, or not all could be loaded:\n${out}")
endif()
run(${convgauge} verify n1c4h6w6_o4k3p1 --backend naive)
if(NOT out MATCHES "1 agrees")
  message(FATAL_ERROR "the installed program verified nothing:\n${out}")
endif()
run(${convgauge} verify ${WORK_DIR}/moved/${DATADIR}/convgauge/configs/quickstart.json
  --backend naive --dry-run)
foreach(file ${MANDIR}/man1/convgauge.1 ${DATADIR}/bash-completion/completions/convgauge
    ${DATADIR}/zsh/site-functions/_convgauge ${DATADIR}/fish/vendor_completions.d/convgauge.fish
    ${DOCDIR}/LICENSE ${DOCDIR}/configs/README.md
    ${DATADIR}/convgauge/template/backend.cpp)
  if(NOT EXISTS ${WORK_DIR}/moved/${file})
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()

# The installed pages are beside each other as in the source tree, so no link of theirs may lead
# nowhere.
if(PYTHON)
  run(${PYTHON} ${REPOSITORY_CHECKS}/check.py links ${WORK_DIR}/moved/${DOCDIR})
  run(${PYTHON} ${REPOSITORY_CHECKS}/check.py links ${WORK_DIR}/moved/${DATADIR}/convgauge)
  run(${PYTHON} ${REPOSITORY_CHECKS}/pages.py anchors ${WORK_DIR}/moved/${DOCDIR})
endif()
