# The API table (src/api/dynamodb.api) becomes the public operations.h and calls.h, the descriptors of the codec and the
# function of each operation.
set(CYN_GENERATED_API ${CYN_GENERATED}/src/api/shapes_generated.c)
set(CYN_GENERATED_DB ${CYN_GENERATED}/src/db/calls_generated.c)
set(api_table ${CMAKE_SOURCE_DIR}/src/api/dynamodb.api ${CMAKE_SOURCE_DIR}/src/api/overrides.api)
add_custom_command(
  OUTPUT ${CYN_GENERATED}/include/cynamo/operations.h ${CYN_GENERATED_API}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/generate_api.py ${CMAKE_SOURCE_DIR}/src/api/dynamodb.api
          ${CYN_GENERATED}
  DEPENDS ${api_table} ${CMAKE_SOURCE_DIR}/tools/generate_api.py ${CMAKE_SOURCE_DIR}/tools/api_table.py
  COMMENT "Generating the API structs and descriptors")
add_custom_command(
  OUTPUT ${CYN_GENERATED}/include/cynamo/calls.h ${CYN_GENERATED_DB}
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/generate_calls.py ${CMAKE_SOURCE_DIR}/src/api/dynamodb.api
          ${CYN_GENERATED}
  DEPENDS ${api_table} ${CMAKE_SOURCE_DIR}/tools/generate_calls.py ${CMAKE_SOURCE_DIR}/tools/generate_api.py
  COMMENT "Generating the function of each operation")
add_custom_target(cyn_generated DEPENDS ${CYN_GENERATED}/include/cynamo/operations.h ${CYN_GENERATED_API}
                                        ${CYN_GENERATED}/include/cynamo/calls.h ${CYN_GENERATED_DB})
set_source_files_properties(${CYN_GENERATED_API} ${CYN_GENERATED_DB} PROPERTIES GENERATED TRUE)
