/* Pictures and sound of the consoles that somebody looks at and listens to; the others draw and mix nothing. */
#include "link.h"
#include "exports.h"
#include <mgba/internal/gb/video.h>
#include <mgba/internal/gba/video.h>
#include <stdlib.h>
#include <string.h>

/** mGBA draws while its counter of frames to skip is 0 and never comes down from this to it. */
enum { SKIP = 0x3FFFFFFF };

static void draw(struct Console* c, bool on) {
	int counter = on ? 0 : SKIP;
	c->whole = on;
	if (c->link->system == SYSTEM_GB)
		gbOf(c)->video.frameskipCounter = counter;
	else
		gbaOf(c)->video.frameskipCounter = counter;
}

void pictureInit(struct Link* link) {
	link->width = link->system == SYSTEM_GB ? GB_VIDEO_HORIZONTAL_PIXELS : GBA_VIDEO_HORIZONTAL_PIXELS;
	link->height = link->system == SYSTEM_GB ? GB_VIDEO_VERTICAL_PIXELS : GBA_VIDEO_VERTICAL_PIXELS;
	int count = 0;
	for (int i = 0; i < link->count; i++) count += link->consoles[i].seen;
	int columns = count == 4 ? 2 : count; // four make a square
	int n = 0;
	for (int i = 0; i < link->count; i++) {
		if (!link->consoles[i].seen) continue;
		link->consoles[i].column = n % columns;
		link->consoles[i].row = n / columns;
		n++;
	}
	link->pictureWidth = link->width * (columns ? columns : 1);
	link->pictureHeight = link->height * (count == 4 ? 2 : 1);
	link->picture = calloc(link->pictureWidth * link->pictureHeight, sizeof(uint32_t));
}

/** After power-on or loading: what is drawn from here on is whole from the next top of the screen on. */
void pictureRestart(struct Console* c) {
	struct Link* link = c->link;
	draw(c, c->seen);
	c->fresh = false;
	size_t samples = c->heard ? SAMPLES_MAX : 0; // with room for none, nothing is mixed
	if (link->system == SYSTEM_GB)
		gbOf(c)->audio.samples = samples;
	else
		gbaOf(c)->audio.samples = samples;
}

/**
 * A GBA's picture is drawn within one step: a step that shows nothing need not draw it. A Game Boy that switched its LCD
 * off and on draws across steps, and always.
 */
void pictureBegin(struct Link* link, bool show) {
	link->showing = show;
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		c->fresh = false;
		if (c->seen && !show && link->system == SYSTEM_GBA && gbaOf(c)->video.vcount >= GBA_VIDEO_VERTICAL_PIXELS) draw(c, false);
	}
}

static void copy(struct Console* c) {
	struct Link* link = c->link;
	uint32_t* to = link->picture + (size_t) c->row * link->height * link->pictureWidth + (size_t) c->column * link->width;
	for (unsigned y = 0; y < link->height; y++, to += link->pictureWidth) {
		const color_t* from = c->pixels + y * 256;
		for (unsigned x = 0; x < link->width; x++) {
			uint32_t p = from[x];
			to[x] = 0xFF000000 | (p & 0xFF) << 16 | (p & 0xFF00) | (p >> 16 & 0xFF);
		}
	}
}

void pictureFrameEnded(struct Console* c) {
	if (!c->seen) return;
	if (c->whole && c->link->showing) {
		copy(c);
		c->fresh = true;
	}
	draw(c, true);
}

int link_drawn(struct Link* link) {
	int drawn = 0;
	for (int i = 0; i < link->count; i++) drawn |= link->consoles[i].fresh;
	return drawn;
}

uint32_t* link_picture(struct Link* link, uint32_t* width, uint32_t* height) {
	*width = link->pictureWidth;
	*height = link->pictureHeight;
	return link->picture;
}

/** Rows of the frame that is being drawn: part of the state, because a picture may begin in one step and end in the next. */
int pictureRows(struct Console* c) {
	if (!c->seen || !c->whole) return 0;
	if (c->link->system == SYSTEM_GBA) {
		int y = gbaOf(c)->video.vcount;
		return y < GBA_VIDEO_VERTICAL_PIXELS ? y + 1 : 0;
	}
	struct GBVideo* video = &gbOf(c)->video;
	return video->mode != 1 && video->ly < GB_VIDEO_VERTICAL_PIXELS ? video->ly + 1 : 0;
}

/**
 * Reads all that is done. blip_buf would leave behind what was mixed ahead into a portion that is not done yet, and play
 * it at some later time.
 */
static int take(struct Console* c, int side, int16_t* into) {
	struct Blip* blip = blipOf(c, side);
	int32_t* samples = blipSamples(blip);
	int32_t ahead[BLIP_AHEAD];
	int done = blip->available;
	memcpy(ahead, samples + done, sizeof(ahead));
	int count = blip_read_samples((struct blip_t*) blip, into, SAMPLES_MAX, true);
	memset(samples + BLIP_AHEAD, 0, done * sizeof(*samples));
	memcpy(samples, ahead, sizeof(ahead));
	return count;
}

/** The step's sound; taken even when nobody listens, since taking it moves its filter. */
void soundDrain(struct Link* link, bool hear) {
	int16_t part[SAMPLES_MAX * 2];
	bool first = true;
	link->sampleCount = 0;
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		if (!c->heard) continue;
		int16_t* into = first ? link->samples : part;
		int count = take(c, 0, into);
		take(c, 1, into + 1);
		if (first)
			link->sampleCount = count;
		else
			for (int k = 0; k < count * 2 && k < link->sampleCount * 2; k++) {
				int sum = link->samples[k] + part[k];
				link->samples[k] = sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum;
			}
		first = false;
	}
	if (!hear) link->sampleCount = 0;
}

int16_t* link_samples(struct Link* link) { return link->samples; }
int link_sample_count(struct Link* link) { return link->sampleCount; }
