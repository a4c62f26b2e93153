# What is installed, and where. `make install`, `make uninstall` and `make deb` all read these rules and no others.
include(GNUInstallDirs)
set(packaging ${CMAKE_SOURCE_DIR}/packaging)
set(generated ${CMAKE_BINARY_DIR}/packaging)
set(completions ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)

# keepsake_install_gz(FILE GZ FOLDER): a file compressed, with no name and no time in it.
find_program(GZIP gzip REQUIRED)
function(keepsake_install_gz file gz folder)
  add_custom_command(OUTPUT ${generated}/${gz} DEPENDS ${file} VERBATIM
                     COMMAND ${CMAKE_COMMAND} -E make_directory ${generated}
                     COMMAND sh -c "exec \"$1\" -9 -n <\"$2\" >\"$3\"" sh ${GZIP} ${file} ${generated}/${gz})
  add_custom_target(packaging_${gz} ALL DEPENDS ${generated}/${gz})
  install(FILES ${generated}/${gz} DESTINATION ${folder})
endfunction()

# The units name the program by the place where it comes to stand, which is known only when it is installed.
foreach(unit keepsake-check@.service keepsake-check-tell@.service keepsake-check@.timer keepsake-tend@.service
             keepsake-tend@.timer)
  install(CODE "set(KEEPSAKE_BIN \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
                set(KEEPSAKE_LIB \"\${CMAKE_INSTALL_PREFIX}/lib/keepsake\")
                configure_file(\"${packaging}/systemd/${unit}\" \"${generated}/${unit}\" @ONLY)")
  # Under share they are found for every prefix, ~/.local too.
  install(FILES ${generated}/${unit} DESTINATION share/systemd/user)
endforeach()
install(PROGRAMS ${packaging}/systemd/tell-check DESTINATION lib/keepsake)
install(FILES ${packaging}/keepsake.bash-completion DESTINATION ${completions} RENAME keepsake)
install(FILES ${packaging}/debian/copyright ${CMAKE_SOURCE_DIR}/docs/threat-model.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/formats DESTINATION ${CMAKE_INSTALL_DOCDIR}
        FILES_MATCHING PATTERN "*.md")
keepsake_install_gz(${packaging}/keepsake.1 keepsake.1.gz ${CMAKE_INSTALL_MANDIR}/man1)
keepsake_install_gz(${CMAKE_SOURCE_DIR}/CHANGELOG.md changelog.gz ${CMAKE_INSTALL_DOCDIR})
keepsake_install_gz(${packaging}/debian/changelog changelog.Debian.gz ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME keepsake)
set(CPACK_PACKAGE_CONTACT "Keepsake maintainers <maintainers@users.noreply.r-seed-fddfdc4a.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "encrypted, self-verifying archive for a family's originals")
set(CPACK_PACKAGE_DESCRIPTION
"Keeps photographs, films, recordings and words in a folder of encrypted
files that any tool can copy, and gives every one back bit for bit, with its
name, folder and time. What was written is read back before it counts as
kept; damage is found and named at any time, without a key if need be.
.
Each archive can be opened without this program as well: by a script of its
own, or by hand, with age, jq and the shell.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The messages of the weekly check; and what opens an archive without the program.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libnotify-bin, age, jq, par2")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
