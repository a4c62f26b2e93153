# keepsake_embed_pages(TARGET NAME DIST FALLBACK)
# Puts the files below DIST, or below FALLBACK where there is no DIST/index.html, into TARGET as the bytes from
# keepsake_NAME_begin to keepsake_NAME_end (src/server/static_pages.cpp tells the form). Looks at each build whether DIST
# has changed, so that building the pages is enough.
function(keepsake_embed_pages target name dist fallback)
  set(packer pack_pages)
  if(NOT TARGET ${packer})
    add_executable(${packer} ${CMAKE_SOURCE_DIR}/cmake/pack_pages.cpp)
    keepsake_warnings(${packer})
  endif()
  set(pack ${CMAKE_BINARY_DIR}/generated/${name}.pack)
  add_custom_target(${target}_${name}
    COMMAND ${packer} ${pack} ${dist} ${fallback}
    BYPRODUCTS ${pack}
    VERBATIM)
  set(source ${CMAKE_BINARY_DIR}/generated/${name}.S)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
.section .rodata
.global keepsake_@name@_begin
.global keepsake_@name@_end
keepsake_@name@_begin:
.incbin "@pack@"
keepsake_@name@_end:
.byte 0
.section .note.GNU-stack,"",%progbits
]])
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${pack} LANGUAGE ASM)
  target_sources(${target} PRIVATE ${source})
  add_dependencies(${target} ${target}_${name})
endfunction()
