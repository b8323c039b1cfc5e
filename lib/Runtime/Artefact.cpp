// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Artefact.h"

#include "lib/Runtime/CpuFeatures.h"

#include <elf.h>
#include <zlib.h>

#include <array>
#include <cstring>

namespace quern {
namespace {

constexpr std::string_view kNoArtefact = "not a model compiled by Quern";

std::string_view machineName(unsigned machine) {
  return machine == EM_X86_64 ? "x86_64" : machine == EM_AARCH64 ? "aarch64" : "another architecture";
}

/// Read access to an ELF file that may be damaged: every offset is checked.
class ElfFile {
public:
  explicit ElfFile(std::string_view bytes) : bytes(bytes) {
    if (bytes.starts_with(std::string_view(ELFMAG, SELFMAG)) && read(0, header) &&
        header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
        header.e_type == ET_DYN && header.e_shentsize == sizeof(Elf64_Shdr))
      valid = true;
  }

  bool isSharedObject() const { return valid; }
  unsigned machine() const { return header.e_machine; }

  /// Offset and size of a section that lies in the file.
  std::optional<std::pair<size_t, size_t>> section(std::string_view name) const {
    Elf64_Shdr names;
    if (!valid || !sectionHeader(header.e_shstrndx, names))
      return std::nullopt;
    for (unsigned index = 0; index < header.e_shnum; ++index) {
      Elf64_Shdr section;
      if (!sectionHeader(index, section) || section.sh_type == SHT_NOBITS || !inFile(section))
        continue;
      if (inFile(names) && section.sh_name < names.sh_size &&
          bytes.substr(names.sh_offset + section.sh_name, name.size() + 1) == std::string(name) + '\0')
        return std::pair(section.sh_offset, section.sh_size);
    }
    return std::nullopt;
  }

private:
  template <typename T> bool read(uint64_t offset, T &value) const {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T))
      return false;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return true;
  }
  bool sectionHeader(uint64_t index, Elf64_Shdr &section) const {
    uint64_t offset = 0;
    return !__builtin_add_overflow(header.e_shoff, index * sizeof(Elf64_Shdr), &offset) &&
           read(offset, section);
  }
  bool inFile(const Elf64_Shdr &section) const {
    return section.sh_offset <= bytes.size() && bytes.size() - section.sh_offset >= section.sh_size;
  }

  std::string_view bytes;
  Elf64_Ehdr header;
  bool valid = false;
};

/// Where the four bytes of the checksum are.
std::optional<size_t> findChecksum(std::string_view bytes) {
  auto section = ElfFile(bytes).section(kChecksumSection);
  if (!section || section->second < kChecksumSectionBytes ||
      bytes.substr(section->first, kChecksumMark.size()) != kChecksumMark)
    return std::nullopt;
  return section->first + kChecksumMark.size();
}

uint32_t extend(uint32_t crc, std::string_view bytes) {
  return crc32_z(crc, reinterpret_cast<const Bytef *>(bytes.data()), bytes.size());
}

uint32_t computeChecksum(std::string_view bytes, size_t position) {
  uint32_t crc = extend(0, bytes.substr(0, position));
  crc = extend(crc, std::string_view("\0\0\0\0", sizeof(uint32_t)));
  return extend(crc, bytes.substr(position + sizeof(uint32_t)));
}

} // namespace

bool sealArtefact(std::string &bytes) {
  std::optional<size_t> position = findChecksum(bytes);
  if (!position)
    return false;
  uint32_t crc = computeChecksum(bytes, *position);
  std::memcpy(bytes.data() + *position, &crc, sizeof(crc));
  return true;
}

std::optional<std::string> readManifest(std::string_view bytes, std::string &error) {
  ElfFile file(bytes);
  if (!file.isSharedObject()) {
    error = kNoArtefact;
    return std::nullopt;
  }
  auto manifest = file.section(kManifestSection);
  std::optional<size_t> position = findChecksum(bytes);
  if (!position || !manifest) {
    // A file that was cut off has lost its section table, which is at the end.
    bool mentions = bytes.find(kChecksumMark) != std::string_view::npos;
    error = mentions ? "damaged: the file is cut off or altered" : std::string(kNoArtefact);
    return std::nullopt;
  }
  uint32_t stored = 0;
  std::memcpy(&stored, bytes.data() + *position, sizeof(stored));
  if (stored != computeChecksum(bytes, *position)) {
    error = "damaged: the checksum does not match";
    return std::nullopt;
  }
  if (machineName(file.machine()) != hostArchitecture()) {
    error = "compiled for " + std::string(machineName(file.machine())) + ", this machine is " +
            std::string(hostArchitecture());
    return std::nullopt;
  }
  std::string_view text = bytes.substr(manifest->first, manifest->second);
  return std::string(text.substr(0, text.find('\0')));
}

} // namespace quern
