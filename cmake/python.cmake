# build/python/cynamo/_core.<abi>.so with the package's .py files beside it: PYTHONPATH=build/python runs it as it stands.
# Under scikit-build-core (pyproject.toml) the same targets are installed into the wheel.
find_package(Python3 COMPONENTS Interpreter Development.Module)
if(NOT Python3_Development.Module_FOUND)
  if(SKBUILD)
    message(FATAL_ERROR "the headers of Python are missing: apt-get install python3-dev")
  endif()
  message(STATUS "no headers of Python: the Python package is not built")
  return()
endif()

set(CYN_GENERATED_PYTHON ${CYN_GENERATED}/python/shapes_generated.c)
add_custom_command(
  OUTPUT ${CYN_GENERATED_PYTHON}
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/generate_python.py ${CMAKE_SOURCE_DIR}/src/api/dynamodb.api
          ${CYN_GENERATED}
  DEPENDS ${api_table} ${CMAKE_SOURCE_DIR}/tools/generate_python.py ${CMAKE_SOURCE_DIR}/tools/api_table.py
  COMMENT "Generating the tables of the Python extension")

file(GLOB python_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/python/src/*.c)
Python3_add_library(python_core MODULE WITH_SOABI ${python_sources} ${CYN_GENERATED_PYTHON})
target_include_directories(python_core PRIVATE ${CMAKE_SOURCE_DIR}/python/src)
target_link_libraries(python_core PRIVATE cynamo_static ${CMAKE_DL_LIBS})
# The extension holds the library: nothing of it is seen by other modules of the process.
target_link_options(python_core PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/python_exports.map -Wl,--gc-sections)
set_target_properties(python_core PROPERTIES OUTPUT_NAME _core LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/python/cynamo
                      LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/python_exports.map)
if(CYN_PYTHON_SUFFIX) # for another machine than this one (tools/build-wheels.sh)
  set_target_properties(python_core PROPERTIES SUFFIX ${CYN_PYTHON_SUFFIX})
endif()
add_dependencies(python_core cyn_generated)

# The package as it stands in the source tree, so that an edit needs no build: folders as links, the files beside the
# extension as a link each.
file(GLOB python_parts CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/python/cynamo ${CMAKE_SOURCE_DIR}/python/cynamo/*)
list(REMOVE_ITEM python_parts __pycache__)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/python/cynamo)
foreach(part ${python_parts})
  set(link ${CMAKE_BINARY_DIR}/python/cynamo/${part})
  if(IS_DIRECTORY ${link} AND NOT IS_SYMLINK ${link})
    file(REMOVE_RECURSE ${link})
  endif()
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/python/cynamo/${part} ${link} SYMBOLIC)
endforeach()
# What has gone from the source tree goes here too.
file(GLOB python_links LIST_DIRECTORIES true ${CMAKE_BINARY_DIR}/python/cynamo/*)
foreach(link ${python_links})
  if(IS_SYMLINK ${link} AND NOT EXISTS ${link})
    file(REMOVE ${link})
  endif()
endforeach()

if(SKBUILD)
  install(TARGETS python_core LIBRARY DESTINATION cynamo COMPONENT python)
endif()
