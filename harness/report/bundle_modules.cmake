# bundle_modules(ENTRY RESULT): the ES module in the file ENTRY and all that it imports as one
# script, for a page that may load nothing. Each module gets a function scope of its own:
#
#   modules.format = (() => {
#   const {clamp} = modules.numbers;      import {clamp} from "./numbers.js";
#   function percent(share) {...}         export function percent(share) {...}
#   return {percent};
#   })();
#
# Dependencies come first. Supported are `import {a, b as c} from "./NAME.js"`, and `export` before
# `function`, `async function` and `const`. Errors: any other form of import or export, an import
# that no module exports, circular imports, a missing file.
function(bundle_modules entry result)
  get_filename_component(folder "${entry}" DIRECTORY)
  get_filename_component(name "${entry}" NAME_WE)
  set(bundle "bundle of ${name}")  # names of global properties begin with it
  set_property(GLOBAL PROPERTY "${bundle}" "\"use strict\";\nconst modules = {};\n")
  bundle_module("${bundle}" "${folder}" ${name})
  get_property(script GLOBAL PROPERTY "${bundle}")
  set(${result} "${script}" PARENT_SCOPE)
endfunction()

# The names of all modules in any bundle, so that a file that none uses can be found.
function(bundled_modules result)
  get_property(names GLOBAL PROPERTY "bundled modules")
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

# Appends a module to the bundle, after the modules that it imports; does nothing if it is already
# there.
function(bundle_module bundle folder name)
  get_property(state GLOBAL PROPERTY "${bundle}: ${name}")
  if(state STREQUAL "done")
    return()
  elseif(state STREQUAL "begun")
    message(FATAL_ERROR "${name}.js imports itself through other modules")
  endif()
  if(NOT EXISTS "${folder}/${name}.js")
    message(FATAL_ERROR "no file ${folder}/${name}.js, which is imported")
  endif()
  set_property(GLOBAL PROPERTY "${bundle}: ${name}" begun)
  file(READ "${folder}/${name}.js" text)
  string(PREPEND text "\n")
  bind_imports("${bundle}" "${folder}" ${name} text)
  return_exports(${name} text)
  set_property(GLOBAL APPEND_STRING PROPERTY "${bundle}"
                                             "\nmodules.${name} = (() => {${text}})();\n")
  set_property(GLOBAL PROPERTY "${bundle}: ${name}" done)
  set_property(GLOBAL APPEND PROPERTY "bundled modules" ${name})
endfunction()

# In the text of a module: every import becomes a destructuring of the module it names.
macro(bind_imports bundle folder name variable)
  # A match must not contain a semicolon: CMake would split the list of matches there.
  string(REGEX MATCHALL "\nimport {[^}]*} from \"[^\"]*\"" clauses "${${variable}}")
  foreach(clause IN LISTS clauses)
    if(NOT clause MATCHES "{([^}]*)} from \"\\./([a-z_]+)\\.js\"")
      message(FATAL_ERROR "${name}.js: an import that is not from a module beside it:${clause}")
    endif()
    set(names "${CMAKE_MATCH_1}")
    set(module ${CMAKE_MATCH_2})
    bundle_module("${bundle}" "${folder}" ${module})
    check_imports(${name} ${module} "${names}")
    string(REPLACE " as " ": " bound "${names}")
    set(binding "\nconst {${bound}} = modules.${module}")
    string(REPLACE "${clause}" "${binding}" ${variable} "${${variable}}")
  endforeach()
endmacro()

function(check_imports name module names)
  get_property(exports GLOBAL PROPERTY "exports of ${module}")
  string(REGEX REPLACE "[ \n]+as [^,]*" "" names "${names}")
  string(REGEX REPLACE "[ ,\n]+" ";" names "${names}")
  list(REMOVE_ITEM names "")
  foreach(imported IN LISTS names)
    if(NOT imported IN_LIST exports)
      message(FATAL_ERROR "${name}.js imports `${imported}`, which ${module}.js does not export")
    endif()
  endforeach()
endfunction()

# In the text of a module: removes `export`, and appends a `return` of what was exported.
macro(return_exports name variable)
  set(exported "\nexport (async function|function|const) ([A-Za-z0-9_]+)")
  string(REGEX MATCHALL "${exported}" exports "${${variable}}")
  list(TRANSFORM exports REPLACE "${exported}" "\\2")
  set_property(GLOBAL PROPERTY "exports of ${name}" ${exports})
  string(REGEX REPLACE "${exported}" "\n\\1 \\2" ${variable} "${${variable}}")
  if("${${variable}}" MATCHES "\n((import|export)[^A-Za-z0-9_][^\n]*)")
    message(FATAL_ERROR "${name}.js: a form that bundle_modules does not know: ${CMAKE_MATCH_1}")
  endif()
  list(JOIN exports ", " exports)
  string(APPEND ${variable} "return {${exports}};\n")
endmacro()
