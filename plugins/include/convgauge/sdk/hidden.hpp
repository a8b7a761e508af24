// The symbol visibility of everything in the SDK.
#pragma once

/// `namespace CVG_HIDDEN cvg`: none of its symbols is exported, so that two plugins in one process
/// never share an instantiation of the same name.
#define CVG_HIDDEN [[gnu::visibility("hidden")]]
