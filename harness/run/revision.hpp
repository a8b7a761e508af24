// The revision of the source tree that this program was built from, read when it is asked for.
#pragma once
#include <string>

#include "core/layers.hpp"

namespace convgauge::run {

/// The commit that HEAD of the repository at `folder` names, from its files; empty where there is
/// no repository.
std::string git_revision(const std::string& folder);

}  // namespace convgauge::run
