# Libraries of Quern, their layers, and their passes.
#
# A library names its layer; `quern_check_layers` fails the configuration when a
# library links one to its right. The order is the one in README.md.
set(QUERN_LAYERS Support Numerics Recipe Dialects Passes Frontend Calibration Targets Pipelines Report Driver CAPI Tools)

set_property(GLOBAL PROPERTY QUERN_LIBRARIES "")
set_property(GLOBAL PROPERTY QUERN_PASS_LIBRARIES "")
set_property(GLOBAL PROPERTY QUERN_PASSES "")

# The headers of MLIR take seconds to parse; one precompiled header serves every library that uses MLIR. ccache knows it by a
# checksum beside it rather than by its bytes, which hold this folder's name: build folders then share what they compiled.
set(QUERN_PRECOMPILED ${CMAKE_BINARY_DIR}/lib/Support/CMakeFiles/QuernPrecompiled.dir/cmake_pch.hxx.pch)

function(quern_define_precompiled_header)
  if(TARGET QuernPrecompiled)
    return()
  endif()
  file(WRITE ${CMAKE_BINARY_DIR}/QuernPrecompiled.cpp "")
  add_library(QuernPrecompiled STATIC ${CMAKE_BINARY_DIR}/QuernPrecompiled.cpp)
  target_compile_options(QuernPrecompiled PRIVATE -Xclang -fno-pch-timestamp)
  target_precompile_headers(QuernPrecompiled PRIVATE ${CMAKE_SOURCE_DIR}/cmake/MLIRHeaders.h)
  # Compilation waits for custom targets, not for libraries.
  add_custom_target(QuernPrecompiledReady)
  add_dependencies(QuernPrecompiledReady QuernPrecompiled)
  file(SHA256 ${CMAKE_SOURCE_DIR}/cmake/MLIRHeaders.h headers)
  file(CONFIGURE OUTPUT ${QUERN_PRECOMPILED}.sum CONTENT
    "${headers} ${LLVM_PACKAGE_VERSION} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_BUILD_TYPE} ${QUERN_SANITIZE}\n")
endfunction()

# quern_use_precompiled_header(TARGET)
function(quern_use_precompiled_header name)
  quern_define_precompiled_header()
  target_compile_options(${name} PRIVATE "SHELL:-include-pch ${QUERN_PRECOMPILED}")
  add_dependencies(${name} QuernPrecompiledReady)
endfunction()

# quern_add_library(NAME LAYER layer SOURCES a.cpp... [LINK lib...] [DEPENDS target...] [NO_MLIR])
function(quern_add_library name)
  cmake_parse_arguments(ARG "NO_MLIR" "LAYER" "SOURCES;LINK;DEPENDS" ${ARGN})
  list(FIND QUERN_LAYERS "${ARG_LAYER}" index)
  if(index LESS 0)
    message(FATAL_ERROR "${name}: LAYER must be one of ${QUERN_LAYERS}, not '${ARG_LAYER}'")
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES QUERN_LAYER ${index})
  set_property(GLOBAL APPEND PROPERTY QUERN_LIBRARIES ${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(NOT ARG_NO_MLIR)
    target_link_libraries(${name} PUBLIC MLIR LLVM)
    quern_use_precompiled_header(${name})
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# quern_add_shared_library(NAME LAYER layer EXPORTS exports.map SOURCES a.cpp... [LINK lib...]): build/lib/libNAME.so, from which only
# what the linker's map names can be seen.
function(quern_add_shared_library name)
  cmake_parse_arguments(ARG "" "LAYER;EXPORTS" "SOURCES;LINK" ${ARGN})
  list(FIND QUERN_LAYERS "${ARG_LAYER}" index)
  add_library(${name} SHARED ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES QUERN_LAYER ${index} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib
    LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_EXPORTS})
  set_property(GLOBAL APPEND PROPERTY QUERN_LIBRARIES ${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
  target_link_options(${name} PRIVATE 
    -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/${ARG_EXPORTS})
  if(NOT QUERN_SANITIZE) # the program brings the sanitizers' runtime
    target_link_options(${name} PRIVATE -Wl,--no-undefined)
  endif()
  quern_use_precompiled_header(${name})
endfunction()

# quern_add_pass(NAME SOURCES a.cpp... [LINK lib...] [DEPENDS target...] [LAYER layer])
# A folder passes/NAME holds NAME.td, NAME.h and the sources. NAME.td defines one
# pass `def NAME : Pass<"quern-name", ...>`; its declarations are generated into
# NAME.h.inc, and `registerAllPasses` (passes/AllPasses.h, generated) registers it.
# Headers are named from QUERN_TREE, by default the top of the sources.
function(quern_add_pass name)
  cmake_parse_arguments(ARG "" "LAYER" "SOURCES;LINK;DEPENDS" ${ARGN})
  if(NOT ARG_LAYER)
    set(ARG_LAYER Passes)
  endif()
  if(NOT QUERN_TREE)
    set(QUERN_TREE ${CMAKE_SOURCE_DIR})
  endif()
  file(RELATIVE_PATH folder ${QUERN_TREE} ${CMAKE_CURRENT_SOURCE_DIR})
  set(LLVM_TARGET_DEFINITIONS ${name}.td)
  mlir_tablegen(${name}.h.inc -gen-pass-decls -name ${name})
  add_public_tablegen_target(Quern${name}PassIncGen)
  quern_add_library(QuernPass${name} LAYER ${ARG_LAYER} SOURCES ${ARG_SOURCES} LINK ${ARG_LINK}
    DEPENDS Quern${name}PassIncGen ${ARG_DEPENDS})
  set_property(GLOBAL APPEND PROPERTY QUERN_PASS_LIBRARIES QuernPass${name})
  set_property(GLOBAL APPEND PROPERTY QUERN_PASSES ${folder}/${name})
endfunction()

# quern_generate_pass_registry(FOLDER): FOLDER/passes/AllPasses.h with registerAllPasses() and listAllPasses() of every pass that was
# added before.
function(quern_generate_pass_registry folder)
  get_property(passes GLOBAL PROPERTY QUERN_PASSES)
  set(includes "")
  set(calls "")
  set(names "")
  foreach(pass ${passes})
    get_filename_component(name ${pass} NAME)
    string(APPEND includes "#include \"${pass}.h\"\n")
    string(APPEND calls "  register${name}Pass();\n")
    string(APPEND names "      create${name}()->getArgument().str(),\n")
  endforeach()
  file(CONFIGURE OUTPUT ${folder}/passes/AllPasses.h CONTENT
"// Generated by cmake/QuernLibrary.cmake from the pass folders.
#pragma once
@includes@
#include <string>
#include <vector>

namespace quern {
inline void registerAllPasses() {
@calls@}

/// The flag of each pass.
inline std::vector<std::string> listAllPasses() {
  return {
@names@  };
}
} // namespace quern
" @ONLY)
endfunction()

# quern_add_unit_test(NAME SOURCES a.cpp... [LINK lib...] [NO_MLIR]): a GoogleTest program in build/unittests.
function(quern_add_unit_test name)
  cmake_parse_arguments(ARG "NO_MLIR" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unittests)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest_main)
  if(NOT ARG_NO_MLIR)
    quern_use_precompiled_header(${name})
  endif()
  set_property(GLOBAL APPEND PROPERTY QUERN_UNIT_TESTS ${name})
endfunction()

# Every library may link only libraries of its own layer or of layers to its left.
function(quern_check_layers)
  get_property(libraries GLOBAL PROPERTY QUERN_LIBRARIES)
  foreach(library ${libraries})
    get_target_property(layer ${library} QUERN_LAYER)
    get_target_property(linked ${library} LINK_LIBRARIES)
    foreach(other ${linked})
      if(TARGET ${other})
        get_target_property(other_layer ${other} QUERN_LAYER)
        if(NOT other_layer STREQUAL "other_layer-NOTFOUND" AND other_layer GREATER layer)
          message(FATAL_ERROR "${library} links ${other}, which is of a layer to its right (${QUERN_LAYERS})")
        endif()
      endif()
    endforeach()
  endforeach()
endfunction()

# Adds every sub-folder that holds a CMakeLists.txt, so that a new folder needs no edit here.
function(quern_add_subdirectories)
  file(GLOB children CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} */CMakeLists.txt)
  foreach(child ${children})
    get_filename_component(folder ${child} DIRECTORY)
    add_subdirectory(${folder})
  endforeach()
endfunction()
