# tests/client_config/resolve.c: what the comparison with botocore runs (tests/client_config/run.sh).
set(resolve_objects "")
foreach(below ${below_client})
  if(TARGET cyn_${below})
    list(APPEND resolve_objects $<TARGET_OBJECTS:cyn_${below}>)
  endif()
endforeach()
add_executable(client_config_resolve ${CMAKE_SOURCE_DIR}/tests/client_config/resolve.c ${resolve_objects})
target_include_directories(client_config_resolve PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src
                           ${CYN_GENERATED}/include ${CYN_GENERATED}/src)
target_link_libraries(client_config_resolve PRIVATE cyn_foreign)
set_target_properties(client_config_resolve PROPERTIES OUTPUT_NAME resolve
                      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/client_config)
if(TARGET cyn_generated)
  add_dependencies(client_config_resolve cyn_generated)
endif()
