# cmake -DTOOL=golden_tool -DFORMAT=md -DINPUT=small.jsonl[,more.jsonl] -DEXPECTED=small.md
# [-DREFRESH=ON] -P compare.cmake Byte for byte. With REFRESH the expected file is written instead.
string(REPLACE "," ";" INPUT "${INPUT}")
execute_process(COMMAND "${TOOL}" ${FORMAT} ${INPUT} OUTPUT_FILE "${EXPECTED}.got"
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${TOOL} ${FORMAT} ${INPUT}: ${failed}")
endif()
if(REFRESH)
  file(RENAME "${EXPECTED}.got" "${EXPECTED}")
  return()
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${EXPECTED}" "${EXPECTED}.got"
  RESULT_VARIABLE differs)
if(differs)
  execute_process(COMMAND diff -u "${EXPECTED}" "${EXPECTED}.got" COMMAND head -60)
  message(FATAL_ERROR
    "${EXPECTED} is not what is printed. "
    "If the change is meant: cmake --build BUILD --target refresh_golden")
endif()
file(REMOVE "${EXPECTED}.got")
