# What configure says of libraries that cannot be used: the file, and what is wrong with it; and
# that another root is obeyed.
#   cmake -DSOURCE=TREE -DSCRATCH=FOLDER -P find_peers_test.cmake
cmake_minimum_required(VERSION 3.25)
set(PROJECT_SOURCE_DIR ${SOURCE})
list(APPEND CMAKE_MODULE_PATH ${SOURCE}/cmake)
set(CMAKE_LIBRARY_ARCHITECTURE x86_64-linux-gnu)
file(REMOVE_RECURSE ${SCRATCH})

# expect(MODULE PREFIX ROOT_NAME FOLDER REGEX): with this root the module is not found, and says so.
macro(expect module prefix root folder regex)
  set(CONVGAUGE_${root}_ROOT ${folder})
  include(Find${module})
  if(${prefix}_FOUND OR NOT ${prefix}_WHY_NOT MATCHES "${regex}")
    message(SEND_ERROR "${module} in ${folder}: found '${${prefix}_FOUND}', says "
      "'${${prefix}_WHY_NOT}', not '${regex}'")
  endif()
endmacro()

set(s ${SCRATCH})
foreach(case "Ort|Ort|ORT|libonnxruntime.so" "Xnnpack|Xnnpack|XNNPACK|XNNPACK"
    "Libtorch|Libtorch|TORCH|libtorch" "OpenVinoRuntime|OpenVinoRuntime|OPENVINO|OpenVINO"
    "OneDnn3|OneDnn3|ONEDNN3|oneDNN 3.x")
  string(REGEX MATCH "^(.*)[|](.*)[|](.*)[|](.*)$" case "${case}")
  expect(${CMAKE_MATCH_1} ${CMAKE_MATCH_2} ${CMAKE_MATCH_3} ${s}/nothing
    "no ${CMAKE_MATCH_4} in ${s}/nothing")
endforeach()

file(WRITE ${s}/text/capi/libonnxruntime.so.1.32.0 "version https://git-lfs.github.com/spec/v1")
expect(Ort Ort ORT ${s}/text "^${s}/text/capi/libonnxruntime.so.1.32.0 is no ELF library$")
# A real library under the name of an old one, then the new one: no earlier answer is kept.
foreach(version 1.7.0 1.32.0)
  file(MAKE_DIRECTORY ${s}/${version}/onnxruntime/capi)
  file(COPY_FILE ${CMAKE_COMMAND} ${s}/${version}/onnxruntime/capi/libonnxruntime.so.${version})
endforeach()
expect(Ort Ort ORT ${s}/1.7.0 "1.7.0 is ONNX Runtime 1.7.0; 1.11 or later is needed$")
set(CONVGAUGE_ORT_ROOT ${s}/1.32.0)
include(FindOrt)
if(NOT Ort_FOUND OR NOT Ort_LIBRARY MATCHES "/1.32.0/")
  message(SEND_ERROR "the second root is not obeyed: ${Ort_LIBRARY}: ${Ort_WHY_NOT}")
endif()

string(ASCII 127 magic)
file(WRITE ${s}/arm/libonnxruntime.so "${magic}ELF---another-machine")
expect(Ort Ort ORT ${s}/arm "libonnxruntime.so is built for another processor$")

foreach(part xnnpack.h pthreadpool.h)
  file(WRITE ${s}/newer/include/${part} "xnn_create_convolution2d_nhwc_f32(\n"
    "xnn_reshape_convolution2d_nhwc_f32(\n")
endforeach()
foreach(library XNNPACK pthreadpool)
  file(WRITE ${s}/newer/lib/lib${library}.so "")
endforeach()
expect(Xnnpack Xnnpack XNNPACK ${s}/newer "^${s}/newer/include/xnnpack.h is newer")

foreach(library torch_cpu c10)
  file(WRITE ${s}/old/torch/lib/lib${library}.so "")
endforeach()
file(WRITE ${s}/old/torch/include/ATen/native/ConvUtils.h "")
expect(Libtorch Libtorch TORCH ${s}/old "has no libtorch_cpu.so, libc10.so or torch/version.h")
file(WRITE ${s}/old/torch/include/torch/version.h "#define TORCH_VERSION_MAJOR 1\n"
  "#define TORCH_VERSION_MINOR 8\n#define TORCH_VERSION_PATCH 1\n")
expect(Libtorch Libtorch TORCH ${s}/old "libtorch_cpu.so is no ELF library")
foreach(library torch_cpu c10)
  file(COPY_FILE ${CMAKE_COMMAND} ${s}/old/torch/lib/lib${library}.so)
endforeach()
expect(Libtorch Libtorch TORCH ${s}/old "holds libtorch 1.8.1; 1.13 or later is needed")

file(WRITE ${s}/vino/openvino/include/openvino/openvino.hpp "")
file(WRITE ${s}/vino/openvino/include/openvino/core/version.hpp
  "#define OPENVINO_VERSION_MAJOR 2022\n")
expect(OpenVinoRuntime OpenVinoRuntime OPENVINO ${s}/vino "has no libopenvino.so beside it$")
file(WRITE ${s}/vino/openvino/libs/libopenvino.so.2220 "")
expect(OpenVinoRuntime OpenVinoRuntime OPENVINO ${s}/vino "holds OpenVINO 2022; 2024 or later")

set(headers ${s}/dnnl/include/oneapi/dnnl)
file(WRITE ${headers}/dnnl_version.h "#define DNNL_VERSION_MAJOR 2\n"
  "#define DNNL_VERSION_MINOR 6\n#define DNNL_VERSION_PATCH 3\n")
file(WRITE ${headers}/dnnl_config.h "#define DNNL_CPU_RUNTIME DNNL_RUNTIME_THREADPOOL\n")
file(WRITE ${s}/dnnl/lib/libdnnl.so "")
expect(OneDnn3 OneDnn3 ONEDNN3 ${s}/dnnl "dnnl/include holds oneDNN 2.6.3, not 3.x")
file(WRITE ${headers}/dnnl_version.h "#define DNNL_VERSION_MAJOR 3\n"
  "#define DNNL_VERSION_MINOR 2\n#define DNNL_VERSION_PATCH 0\n")
expect(OneDnn3 OneDnn3 ONEDNN3 ${s}/dnnl "libdnnl.so is built for THREADPOOL")
file(REMOVE_RECURSE ${s})
