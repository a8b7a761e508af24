# The pages and the pictures that they show, installed beside each other as they are in the source
# tree, so that the links between them hold. Left out: what runs and tests leave.
set(pages "")
foreach(folder backends cmake configs harness plugins results scripts tests)
  foreach(kind md png svg)
    file(GLOB_RECURSE found RELATIVE ${PROJECT_SOURCE_DIR}
      ${PROJECT_SOURCE_DIR}/${folder}/*.${kind})
    list(APPEND pages ${found})
  endforeach()
endforeach()
list(FILTER pages EXCLUDE REGEX "^(results/runs|tests/golden)/")
foreach(page IN LISTS pages)
  cmake_path(GET page PARENT_PATH folder)
  install(FILES ${PROJECT_SOURCE_DIR}/${page} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${folder})
endforeach()
# Which one of them explains.
install(FILES ${PROJECT_SOURCE_DIR}/results/schema.json
  DESTINATION ${CMAKE_INSTALL_DOCDIR}/results)
install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
