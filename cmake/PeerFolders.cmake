# Where the libraries of others may lie that come as Python wheels, and whether a file is one that
# this machine can load.

# convgauge_python_packages(RESULT): the site-packages of python3, its own and the user's.
function(convgauge_python_packages result)
  find_program(python NAMES python3 NO_CACHE)
  set(packages "")
  if(python)
    execute_process(COMMAND ${python} -c
      "import site, sysconfig
print(sysconfig.get_path('purelib'), site.getusersitepackages(), sep=';')"
      OUTPUT_VARIABLE packages OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  set(${result} ${packages} PARENT_SCOPE)
endfunction()

# convgauge_peer_folders(NAME RESULT): declares CONVGAUGE_<NAME>_ROOT. Where it is set, the folders
# are it alone; else what scripts/install_peers left in .cache/peers/<name>, then python3's
# packages. What is found in them must not be cached: another root is then obeyed.
function(convgauge_peer_folders name result)
  string(TOLOWER ${name} lower)
  set(CONVGAUGE_${name}_ROOT "" CACHE PATH
    "Where ${lower} is: an unpacked wheel, or a prefix; empty: .cache/peers, python3's packages")
  if(CONVGAUGE_${name}_ROOT)
    set(${result} ${CONVGAUGE_${name}_ROOT} PARENT_SCOPE)
    return()
  endif()
  convgauge_python_packages(packages)
  set(${result} ${PROJECT_SOURCE_DIR}/.cache/peers/${lower} ${packages} PARENT_SCOPE)
endfunction()

# convgauge_why_not_loadable(FILE RESULT): empty, or why this machine cannot load the file: it is
# compared with CMake's own program.
function(convgauge_why_not_loadable file result)
  set(${result} "" PARENT_SCOPE)
  if(NOT EXISTS ${file})
    set(${result} "${file} is not there" PARENT_SCOPE)
    return()
  endif()
  file(READ ${file} head LIMIT 20 HEX)
  file(READ ${CMAKE_COMMAND} own LIMIT 20 HEX)
  string(SUBSTRING "${own}" 0 8 magic)
  if(NOT head MATCHES "^${magic}" OR NOT magic STREQUAL "7f454c46")
    set(${result} "${file} is no ELF library" PARENT_SCOPE)
    return()
  endif()
  # Its class (32 or 64 bits), byte order, and machine.
  string(REGEX REPLACE "^........(....).*(....)$" "\\1\\2" head "${head}")
  string(REGEX REPLACE "^........(....).*(....)$" "\\1\\2" own "${own}")
  if(NOT head STREQUAL own AND NOT CMAKE_CROSSCOMPILING)
    set(${result} "${file} is built for another processor" PARENT_SCOPE)
  endif()
endfunction()

# convgauge_keep_local(PLUGIN LIBRARY): archives are made without the plugin, for its library is
# large, or a folder of files that find each other. Where it lies outside the system's folders, the
# installed plugin looks there too (CMake itself leaves out what lies in the source tree).
function(convgauge_keep_local plugin library)
  set_property(GLOBAL APPEND PROPERTY CONVGAUGE_LOCAL_PLUGINS ${plugin})
  cmake_path(GET library PARENT_PATH folder)
  if(NOT folder MATCHES "^(/usr)?/lib")
    set_property(TARGET convgauge_${plugin} APPEND PROPERTY INSTALL_RPATH ${folder})
  endif()
endfunction()
