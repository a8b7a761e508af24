// volk's own code: it opens the Vulkan loader when it is asked to, and holds the functions of it.
#define VK_NO_PROTOTYPES
#define VOLK_IMPLEMENTATION
#include <volk.h>
