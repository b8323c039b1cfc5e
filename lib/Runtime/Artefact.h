// A compiled model as a file: an ELF shared object with two marked sections, checked before any of its code
// runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quern {

inline constexpr std::string_view kManifestSection = ".quern.manifest";
inline constexpr std::string_view kChecksumSection = ".quern.checksum";
inline constexpr std::string_view kWeightsSection = ".quern.weights";

/// The checksum section holds `kChecksumMark`, then the CRC-32 of the whole file in which these four bytes
/// are zero.
inline constexpr std::string_view kChecksumMark = "QUERNCRC";
inline constexpr size_t kChecksumSectionBytes = kChecksumMark.size() + sizeof(uint32_t);

/// Writes the checksum into the bytes of a linked artefact; false where it has no checksum section.
bool sealArtefact(std::string &bytes);

/// Checks that `bytes` are a whole artefact for this machine's architecture and returns its manifest. Without
/// one, `error` says what is wrong. Tells damage, not malice: an artefact is a program, and is trusted like
/// one.
std::optional<std::string> readManifest(std::string_view bytes, std::string &error);

} // namespace quern
