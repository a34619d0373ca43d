; Header, power-on, vertical blank, and the few routines that are called too often to be C.
.import _main, sound_tick, sound_boot
.importzp sp
.importzp _nmi_flag, _frames, _draw_ready, _mask, _vq_len, _oam_at, _rng, _draws, _pad, _hit, _polls
.importzp _px, _py, _ptile, _pattr, _reach, _word
.import _vq, _ring_at, _pad_ring
.import _e_kind, _e_x, _e_xl, _e_y, _e_yl, _e_vxl, _e_vxh, _e_vyl, _e_vyh
.export __STARTUP__ : absolute = 1
.export _rnd, _read_pads, _spr16, _spr8, _oam_clear, _move_foes, _find_foe
OAM = $0200
FOES = 14

.segment "HEADER"
    .byte "NES", $1A, 2, 1, $01, $00        ; 32 KB program, 8 KB tiles, vertical mirroring, mapper 0
.segment "CHARS"
    .incbin "tiles.chr"
.segment "VECTORS"
    .word nmi, reset, irq

.segment "CODE"
reset:
    sei
    cld
    ldx #$40
    stx $4017
    ldx #$FF
    txs
    inx
    stx $2000
    stx $2001
    stx $4010
    bit $2002
:   bit $2002
    bpl :-
    txa                                     ; everything but the stage page, $0700
:   sta $00,x
    sta $0100,x
    sta $0200,x
    sta $0300,x
    sta $0400,x
    sta $0500,x
    sta $0600,x
    inx
    bne :-
:   bit $2002
    bpl :-
    lda #<$0700
    sta sp
    lda #>$0700
    sta sp+1
    jsr sound_boot
    lda #%10100000                          ; blank interrupt on, 8x16 sprites
    sta $2000
    jmp _main

irq:
    rti

nmi:
    pha
    txa
    pha
    tya
    pha
    lda _draw_ready
    beq @late
    lda #0
    sta _draw_ready
    sta $2003
    lda #>OAM
    sta $4014
    ldx #0
@entry:                                     ; address high, low, length, bytes
    cpx _vq_len
    bcs @done
    lda _vq,x
    sta $2006
    lda _vq+1,x
    sta $2006
    ldy _vq+2,x
    inx
    inx
    inx
:   lda _vq,x
    sta $2007
    inx
    dey
    bne :-
    beq @entry
@done:
    lda #0
    sta _vq_len
    bit $2002
    sta $2005
    sta $2005
    lda #%10100000
    sta $2000
    lda _mask
    sta $2001
@late:
    inc _frames
    lda #1
    sta _nmi_flag
    jsr sound_tick
    pla
    tay
    pla
    tax
    pla
    rti

; unsigned char rnd(void): eight steps of a 16-bit LFSR (taps $39), and one more on the count of draws.
_rnd:
    inc _draws
    bne :+
    inc _draws+1
:   ldy #8
    lda _rng
:   asl a
    rol _rng+1
    bcc :+
    eor #$39
:   dey
    bne :--
    sta _rng
    ldx #0
    cmp #0
    rts

; void read_pads(void): one poll. A, B, Select, Start, Up, Down, Left, Right from bit 7 down; the ring keeps the last eight.
_read_pads:
    inc _polls
    bne :+
    inc _polls+1
:   lda _pad
    pha
    lda _pad+1
    pha
    lda #1
    sta $4016
    sta _pad+1
    lsr a
    sta $4016
:   lda $4016
    and #3
    cmp #1
    rol _pad
    lda $4017
    and #3
    cmp #1
    rol _pad+1
    bcc :-
    pla
    eor #$FF
    and _pad+1
    sta _hit+1
    pla
    eor #$FF
    and _pad
    sta _hit
    lda _ring_at
    clc
    adc #1
    and #7
    sta _ring_at
    tax
    lda _pad
    sta _pad_ring,x
    lda _pad+1
    sta _pad_ring+8,x
    rts

; void oam_clear(void)
_oam_clear:
    ldx #0
    lda #$FF
:   sta OAM,x
    sta OAM+4,x
    sta OAM+8,x
    sta OAM+12,x
    txa
    clc
    adc #16
    tax
    lda #$FF
    cpx #0
    bne :-
    rts

; void spr16(void): a 16x16 sprite of tiles ptile.. at px, py with attributes pattr. Flipped, its halves change places.
_spr16:
    lda _pattr
    asl a                                   ; bit 6 (flip) to the sign
    bmi @flip
    jsr _spr8
    lda _ptile
    clc
    adc #2
    bne @second
@flip:
    lda _ptile
    clc
    adc #2
    sta _ptile
    jsr _spr8
    lda _ptile
    sec
    sbc #2
@second:
    sta _ptile
    lda _px
    clc
    adc #8
    bcs past                                ; past the right edge
    sta _px
    ; falls into the second half

; void spr8(void): one 8x16 sprite.
_spr8:
    ldx _oam_at
    lda _py
    sec
    sbc #1
    sta OAM,x
    lda _ptile
    sta OAM+1,x
    lda _pattr
    sta OAM+2,x
    lda _px
    sta OAM+3,x
    inx
    inx
    inx
    inx
    stx _oam_at
past:
    rts

; void move_foes(void): adds each live foe's speed to its place.
_move_foes:
    ldx #FOES-1
@foe:
    lda _e_kind,x
    beq @next
    cmp #5
    beq @next
    lda _e_xl,x
    clc
    adc _e_vxl,x
    sta _e_xl,x
    lda _e_x,x
    adc _e_vxh,x
    sta _e_x,x
    lda _e_yl,x
    clc
    adc _e_vyl,x
    sta _e_yl,x
    lda _e_y,x
    adc _e_vyh,x
    sta _e_y,x
@next:
    dex
    bpl @foe
    rts

; unsigned char find_foe(void): the first foe nearer than `reach` to px, py on both axes, or 255. Portals cannot be touched.
_find_foe:
    ldx #FOES-1
@foe:
    lda _e_kind,x
    beq @next
    cmp #5
    beq @next
    lda _e_x,x
    sec
    sbc _px
    bcs :+
    eor #$FF
    adc #1
:   cmp _reach
    bcs @next
    lda _e_y,x
    sec
    sbc _py
    bcs :+
    eor #$FF
    adc #1
:   cmp _reach
    bcc @found
@next:
    dex
    bpl @foe
@found:
    txa
    ldx #0
    cmp #0
    rts
