# What a build of the cudnn backend needs: headers of CUDA and cuDNN 9, libcudart_static.a; nvcc
# where there is one. CudaCudnn::headers, CudaCudnn::runtime; CudaCudnn_FOUND, _WHY_NOT, _NVCC.
# Looked for under CONVGAUGE_CUDA_ROOT and CONVGAUGE_CUDNN_ROOT, beside nvcc, in the usual folders,
# and in the site-packages of python3.
set(CONVGAUGE_CUDA_ROOT ""
  CACHE PATH "Where the CUDA toolkit is installed; empty: beside nvcc, the usual folders")
set(CONVGAUGE_CUDNN_ROOT ""
  CACHE PATH "Where cuDNN 9 is installed; empty: with CUDA, the usual folders, python3's packages")
find_program(CudaCudnn_NVCC nvcc HINTS ${CONVGAUGE_CUDA_ROOT}/bin $ENV{CUDA_HOME}/bin
  /usr/local/cuda/bin)
set(cuda_hints ${CONVGAUGE_CUDA_ROOT} $ENV{CUDA_HOME} $ENV{CUDA_PATH})
if(CudaCudnn_NVCC)
  get_filename_component(nvcc_file ${CudaCudnn_NVCC} REALPATH)
  get_filename_component(nvcc_root ${nvcc_file}/../.. ABSOLUTE)
  list(APPEND cuda_hints ${nvcc_root})
endif()
list(APPEND cuda_hints /usr/local/cuda /opt/cuda /usr)
include(PeerFolders)
convgauge_python_packages(python_packages)
set(cudnn_hints ${CONVGAUGE_CUDNN_ROOT} $ENV{CUDNN_PATH} ${cuda_hints})
foreach(folder IN LISTS python_packages)
  list(APPEND cuda_hints ${folder}/nvidia/cu13 ${folder}/nvidia/cuda_runtime)
  list(APPEND cudnn_hints ${folder}/nvidia/cudnn)
endforeach()
find_path(CudaCudnn_CUDA_INCLUDE_DIR cuda_runtime_api.h HINTS ${cuda_hints}
  PATH_SUFFIXES include targets/x86_64-linux/include)
find_library(CudaCudnn_CUDART cudart_static HINTS ${cuda_hints}
  PATH_SUFFIXES lib64 lib targets/x86_64-linux/lib)
find_path(CudaCudnn_INCLUDE_DIR cudnn_graph.h HINTS ${cudnn_hints} PATH_SUFFIXES include)
mark_as_advanced(CudaCudnn_NVCC CudaCudnn_CUDA_INCLUDE_DIR CudaCudnn_CUDART
  CudaCudnn_INCLUDE_DIR)

set(CudaCudnn_FOUND FALSE)
set(CudaCudnn_WHY_NOT "")
if(NOT CudaCudnn_CUDA_INCLUDE_DIR)
  set(CudaCudnn_WHY_NOT "no CUDA toolkit found (cuda_runtime_api.h)")
elseif(NOT CudaCudnn_CUDART)
  set(CudaCudnn_WHY_NOT "no libcudart_static.a found")
elseif(NOT CudaCudnn_INCLUDE_DIR)
  set(CudaCudnn_WHY_NOT "no cuDNN 9 headers found (cudnn_graph.h)")
else()
  file(STRINGS ${CudaCudnn_CUDA_INCLUDE_DIR}/cuda_runtime_api.h line REGEX "#define CUDART_VERSION")
  string(REGEX MATCH "[0-9][0-9][0-9][0-9]+" cuda_version "${line}")
  file(STRINGS ${CudaCudnn_INCLUDE_DIR}/cudnn_version.h lines REGEX "#define CUDNN_(MAJOR|MINOR) ")
  string(REGEX REPLACE ".*CUDNN_MAJOR ([0-9]+).*" "\\1" cudnn_major "${lines}")
  string(REGEX REPLACE ".*CUDNN_MINOR ([0-9]+).*" "\\1" cudnn_minor "${lines}")
  if(cuda_version LESS 12080)  # cudaLibraryLoadData
    set(CudaCudnn_WHY_NOT
      "${CudaCudnn_CUDA_INCLUDE_DIR} holds CUDA ${cuda_version}; 12080 or later is needed")
  elseif(NOT cudnn_major EQUAL 9 OR cudnn_minor LESS 10)  # device descriptions, their attributes
    set(CudaCudnn_WHY_NOT
      "${CudaCudnn_INCLUDE_DIR} holds cuDNN ${cudnn_major}.${cudnn_minor}; 9.10 or later is needed")
  else()
    set(CudaCudnn_FOUND TRUE)
  endif()
endif()
if(CudaCudnn_FOUND AND NOT TARGET CudaCudnn::headers)
  find_package(Threads REQUIRED)
  add_library(CudaCudnn::headers INTERFACE IMPORTED GLOBAL)
  target_include_directories(CudaCudnn::headers SYSTEM
    INTERFACE ${CudaCudnn_CUDA_INCLUDE_DIR} ${CudaCudnn_INCLUDE_DIR})
  add_library(CudaCudnn::runtime INTERFACE IMPORTED GLOBAL)
  target_link_libraries(CudaCudnn::runtime INTERFACE ${CudaCudnn_CUDART} Threads::Threads
    ${CMAKE_DL_LIBS} rt)
endif()
