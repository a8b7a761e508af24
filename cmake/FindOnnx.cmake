# The ONNX library with its shape inference, and the protobuf that it was built with (Debian:
# libonnx-dev, libprotobuf-dev). Onnx::onnx; Onnx_FOUND, _WHY_NOT.
find_path(ONNX_INCLUDE_DIR onnx/shape_inference/implementation.h)
find_library(ONNX_LIBRARY onnx)
find_library(ONNX_PROTO_LIBRARY onnx_proto)
find_path(ONNX_PROTOBUF_INCLUDE_DIR google/protobuf/port_def.inc)
find_library(ONNX_PROTOBUF_LIBRARY protobuf)
mark_as_advanced(ONNX_INCLUDE_DIR ONNX_LIBRARY ONNX_PROTO_LIBRARY ONNX_PROTOBUF_INCLUDE_DIR
  ONNX_PROTOBUF_LIBRARY)
set(Onnx_FOUND FALSE)
set(Onnx_WHY_NOT "")
if(NOT ONNX_INCLUDE_DIR OR NOT ONNX_LIBRARY OR NOT ONNX_PROTO_LIBRARY)
  set(Onnx_WHY_NOT "no ONNX library found (Debian: libonnx-dev)")
elseif(NOT ONNX_PROTOBUF_INCLUDE_DIR OR NOT ONNX_PROTOBUF_LIBRARY)
  set(Onnx_WHY_NOT "no protobuf found (Debian: libprotobuf-dev)")
else()
  set(Onnx_FOUND TRUE)
endif()
if(Onnx_FOUND AND NOT TARGET Onnx::onnx)
  add_library(Onnx::onnx INTERFACE IMPORTED GLOBAL)
  # The names under which Debian builds the library.
  target_compile_definitions(Onnx::onnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
  target_include_directories(Onnx::onnx SYSTEM
    INTERFACE ${ONNX_INCLUDE_DIR} ${ONNX_PROTOBUF_INCLUDE_DIR})
  target_link_libraries(Onnx::onnx
    INTERFACE ${ONNX_LIBRARY} ${ONNX_PROTO_LIBRARY} ${ONNX_PROTOBUF_LIBRARY})
endif()
