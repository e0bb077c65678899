# The API table (src/api/dynamodb.api) becomes the public operations.h and the descriptors of the codec.
set(CYN_GENERATED_HEADER ${CYN_GENERATED}/include/cynamo/operations.h)
set(CYN_GENERATED_SOURCES ${CYN_GENERATED}/src/api/shapes_generated.c)
set(CYN_RESERVED ${CYN_GENERATED}/src/expression/reserved_generated.h)
if(EXISTS ${CMAKE_SOURCE_DIR}/src/api/dynamodb.api)
  add_custom_command(
    OUTPUT ${CYN_GENERATED_HEADER} ${CYN_GENERATED_SOURCES}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/generate_api.py
            ${CMAKE_SOURCE_DIR}/src/api/dynamodb.api ${CYN_GENERATED}
    DEPENDS ${CMAKE_SOURCE_DIR}/src/api/dynamodb.api ${CMAKE_SOURCE_DIR}/src/api/overrides.api
            ${CMAKE_SOURCE_DIR}/tools/generate_api.py
    COMMENT "Generating the API structs and descriptors")
  add_custom_target(cyn_generated DEPENDS ${CYN_GENERATED_HEADER} ${CYN_GENERATED_SOURCES})
  set_source_files_properties(${CYN_GENERATED_SOURCES} PROPERTIES GENERATED TRUE)
else()
  set(CYN_GENERATED_SOURCES "")
endif()
