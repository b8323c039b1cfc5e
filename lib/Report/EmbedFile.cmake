# cmake -DIN=file -DOUT=file.inc -P EmbedFile.cmake: the bytes of a file as the elements of a C++ array. (A string literal of this
# length is more than compilers must take.)
file(READ ${IN} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "${bytes}\n")
