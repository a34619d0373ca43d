// Where plugins draw: a surface in memory, of any size, without a window or an X server.
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdlib.h>
#include <string.h>
#include "exports.h"
#include "machine.h"

static EGLDisplay display;
static EGLSurface surface;
static EGLContext context;
static int major, minor, upside_down, profile;
static void (*flush)(void);
static void (*pixel_store)(GLenum, GLint);
static void (*read_pixels)(GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void*);
static void (*get_integer)(GLenum, GLint*);
static void (*bind_framebuffer)(GLenum, GLuint);

static m64p_error begin(void) {
    PFNEGLGETPLATFORMDISPLAYEXTPROC get = (void*)eglGetProcAddress("eglGetPlatformDisplayEXT");
    display = get ? get(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL) : EGL_NO_DISPLAY;
    if (display == EGL_NO_DISPLAY || !eglInitialize(display, NULL, NULL)) return M64ERR_SYSTEM_FAIL;
    return eglBindAPI(EGL_OPENGL_API) ? M64ERR_SUCCESS : M64ERR_SYSTEM_FAIL;
}

/// The display itself stays: other machines of this process draw on it too.
static m64p_error end(void) {
    if (display == EGL_NO_DISPLAY) return M64ERR_SUCCESS;
    eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (context) eglDestroyContext(display, context);
    if (surface) eglDestroySurface(display, surface);
    context = surface = NULL;
    eglReleaseThread();
    return M64ERR_SUCCESS;
}

static m64p_error set_mode(int width, int height, int bits, int screen, int flags) {
    (void)width, (void)height, (void)bits, (void)screen, (void)flags;
    static const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_RED_SIZE, 8,
                                    EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 8, EGL_DEPTH_SIZE, 24, EGL_NONE};
    const EGLint size[] = {EGL_WIDTH, m.width, EGL_HEIGHT, m.height, EGL_NONE};
    const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION, major ? major : 1, EGL_CONTEXT_MINOR_VERSION, minor,
                              profile ? EGL_CONTEXT_OPENGL_PROFILE_MASK : EGL_NONE, profile, EGL_NONE};
    if (context) return M64ERR_SUCCESS;
    EGLConfig config;
    EGLint found = 0;
    if (!eglChooseConfig(display, wanted, &config, 1, &found) || found == 0) return M64ERR_SYSTEM_FAIL;
    surface = eglCreatePbufferSurface(display, config, size);
    context = eglCreateContext(display, config, EGL_NO_CONTEXT, version);
    if (!surface || !context || !eglMakeCurrent(display, surface, surface, context)) return M64ERR_SYSTEM_FAIL;
    flush = (void*)eglGetProcAddress("glFlush");
    pixel_store = (void*)eglGetProcAddress("glPixelStorei");
    read_pixels = (void*)eglGetProcAddress("glReadPixels");
    get_integer = (void*)eglGetProcAddress("glGetIntegerv");
    bind_framebuffer = (void*)eglGetProcAddress("glBindFramebuffer");
    const GLubyte* (*get_string)(GLenum) = (void*)eglGetProcAddress("glGetString");
    const char* extensions = (const char*)get_string(GL_EXTENSIONS);
    upside_down = !extensions || !strstr(extensions, "GL_MESA_pack_invert");
    return M64ERR_SUCCESS;
}
static m64p_error set_mode_rate(int width, int height, int rate, int bits, int screen, int flags) {
    (void)rate;
    return set_mode(width, height, bits, screen, flags);
}

static void flip(void) {
    size_t row = (size_t)m.width * 4;
    uint8_t* held = malloc(row);
    if (!held) return;
    for (int y = 0; y < m.height / 2; y++) {
        uint8_t *a = m.pixels + y * row, *b = m.pixels + (m.height - 1 - y) * row;
        memcpy(held, a, row);
        memcpy(a, b, row);
        memcpy(b, held, row);
    }
    free(held);
}

/// Reads the picture that the plugin has drawn, first row first. What the plugin set of packing is put back.
static void capture(void) {
    static const GLenum SETTINGS[] = {GL_PACK_ALIGNMENT, GL_PACK_ROW_LENGTH, GL_PACK_SKIP_ROWS, GL_PACK_SKIP_PIXELS};
    static const GLint VALUES[] = {4, 0, 0, 0};
    GLint before[4], framebuffer = 0;
    for (int i = 0; i < 4; i++) get_integer(SETTINGS[i], before + i), pixel_store(SETTINGS[i], VALUES[i]);
    get_integer(GL_READ_FRAMEBUFFER_BINDING, &framebuffer);
    if (framebuffer && bind_framebuffer) bind_framebuffer(GL_READ_FRAMEBUFFER, 0);
    if (!upside_down) pixel_store(GL_PACK_INVERT_MESA, 1);
    read_pixels(0, 0, m.width, m.height, GL_BGRA, GL_UNSIGNED_BYTE, m.pixels);
    if (!upside_down) pixel_store(GL_PACK_INVERT_MESA, 0);
    else flip();
    if (framebuffer && bind_framebuffer) bind_framebuffer(GL_READ_FRAMEBUFFER, (GLuint)framebuffer);
    for (int i = 0; i < 4; i++) pixel_store(SETTINGS[i], before[i]);
}

static m64p_error swap(void) {
    if (m.show_video && m.processor_drew) {
        capture();
        m.drawn = 1;
    } else if (flush) flush();
    return M64ERR_SUCCESS;
}

static m64p_error modes(m64p_2d_size* sizes, int* count) {
    if (*count > 0) sizes[0] = (m64p_2d_size){(unsigned)m.width, (unsigned)m.height}, *count = 1;
    return M64ERR_SUCCESS;
}
static m64p_error rates(m64p_2d_size size, int* count, int* rate) {
    (void)size;
    if (*count > 0) rate[0] = 60, *count = 1;
    return M64ERR_SUCCESS;
}
static m64p_function procedure(const char* name) { return (m64p_function)eglGetProcAddress(name); }
static m64p_error set_attribute(m64p_GLattr what, int value) {
    if (what == M64P_GL_CONTEXT_MAJOR_VERSION) major = value;
    if (what == M64P_GL_CONTEXT_MINOR_VERSION) minor = value;
    if (what == M64P_GL_CONTEXT_PROFILE_MASK)
        profile = value == M64P_GL_CONTEXT_PROFILE_CORE            ? EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT
                  : value == M64P_GL_CONTEXT_PROFILE_COMPATIBILITY ? EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT
                                                                   : 0;
    return M64ERR_SUCCESS;
}
static m64p_error get_attribute(m64p_GLattr what, int* value) {
    switch (what) {
    case M64P_GL_DOUBLEBUFFER: *value = 1; break;
    case M64P_GL_BUFFER_SIZE: *value = 32; break;
    case M64P_GL_DEPTH_SIZE: *value = 24; break;
    case M64P_GL_RED_SIZE:
    case M64P_GL_GREEN_SIZE:
    case M64P_GL_BLUE_SIZE:
    case M64P_GL_ALPHA_SIZE: *value = 8; break;
    case M64P_GL_CONTEXT_MAJOR_VERSION: *value = major; break;
    case M64P_GL_CONTEXT_MINOR_VERSION: *value = minor; break;
    default: *value = 0;
    }
    return M64ERR_SUCCESS;
}
static m64p_error caption(const char* text) { (void)text; return M64ERR_SUCCESS; }
static m64p_error full_screen(void) { return M64ERR_SUCCESS; }
static m64p_error resize(int width, int height) { (void)width, (void)height; return M64ERR_SUCCESS; }
static uint32_t framebuffer(void) { return 0; }

void* video_extension(void) {
    static m64p_video_extension_functions all = {14,        begin,         end,           modes, rates,   set_mode,    set_mode_rate,
                                                 procedure, set_attribute, get_attribute, swap,  caption, full_screen, resize,
                                                 framebuffer};
    return &all;
}
