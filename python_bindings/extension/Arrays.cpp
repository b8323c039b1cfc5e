// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "python_bindings/extension/Arrays.h"

namespace nb = nanobind;

namespace quern::python {

/// The number of ONNX's TensorProto.DataType; 0 for a type that it lacks.
static int32_t toElementType(nb::dlpack::dtype type) {
  using Code = nb::dlpack::dtype_code;
  if (type.lanes != 1)
    return 0;
  switch (static_cast<Code>(type.code)) {
  case Code::Float:
    return type.bits == 16 ? 10 : type.bits == 32 ? 1 : type.bits == 64 ? 11 : 0;
  case Code::UInt:
    return type.bits == 8 ? 2 : type.bits == 16 ? 4 : type.bits == 32 ? 12 : type.bits == 64 ? 13 : 0;
  case Code::Int:
    return type.bits == 8 ? 3 : type.bits == 16 ? 5 : type.bits == 32 ? 6 : type.bits == 64 ? 7 : 0;
  case Code::Bool:
    return type.bits == 8 ? 9 : 0;
  default:
    return 0;
  }
}

using ReadArray = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;
using WrittenArray = nb::ndarray<nb::c_contig, nb::device::cpu>;

void Arrays::add(const std::string &name, nb::handle array, bool isWritten) {
  Held item{name, {}, {}, 0};
  WrittenArray written;
  ReadArray read;
  if (isWritten ? nb::try_cast(array, written, /*convert=*/false)
                : nb::try_cast(array, read, /*convert=*/false))
    item.array = isWritten ? nb::ndarray<nb::ro>(written) : nb::ndarray<nb::ro>(read);
  else
    throw nb::type_error(("'" + name + "': expected a contiguous" + (isWritten ? ", writable" : "") +
                          " array of numbers in this machine's byte order")
                             .c_str());
  for (size_t axis = 0; axis < item.array.ndim(); ++axis)
    item.shape.push_back(static_cast<int64_t>(item.array.shape(axis)));
  item.elementType = toElementType(item.array.dtype());
  held.push_back(std::move(item));
}

void Arrays::clear() { held.clear(); }

const std::vector<quern_array> &Arrays::describe() {
  descriptions.clear();
  for (const Held &item : held)
    descriptions.push_back({item.name.c_str(), item.elementType, static_cast<int32_t>(item.shape.size()),
                            item.shape.data(), const_cast<void *>(item.array.data())});
  return descriptions;
}

} // namespace quern::python
