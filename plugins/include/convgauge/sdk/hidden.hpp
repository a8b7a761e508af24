// The visibility of everything in the SDK.
#pragma once

/// `namespace CVG_HIDDEN cvg`: no symbol of it is exported, so that two plugins in one process
/// never share an instantiation of the same name.
#define CVG_HIDDEN [[gnu::visibility("hidden")]]
