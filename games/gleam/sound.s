; Music and effects, once each vertical blank: late frames of the game do not slow the tune. Nothing here touches the game.
; Songs and effects come from tunes.mjs. A row byte: 0 hold, 1 rest, else note + 2; $FF ends the song.
.export sound_tick, sound_boot, _song, _effect
.import songs_lo, songs_hi, effects_lo, effects_hi, effect_noise, period_lo, period_hi, drum_volume, drum_period

tempo   = $70
tick    = $71
playing = $72       ; 0 silence
loops   = $73
lane    = $74       ; 4 pointers
start   = $7C       ; 4 pointers
age     = $84       ; 4: blanks since the note began
note    = $88       ; 4: $FF silent
fx      = $8C       ; pointer of the effect on pulse 2, high byte 0: none
nfx     = $8E       ; pointer of the effect on noise
temp    = $90
header  = $92       ; pointer; not the interrupt's

.segment "CODE"
sound_boot:
    lda #$0F
    sta $4015
    lda #$08
    sta $4001
    sta $4005
    lda #$FF
    sta note
    sta note+1
    sta note+2
    sta note+3
    rts

; void song(unsigned char n): 0 is silence.
_song:
    pha
    lda #0
    sta playing
    pla
    tax
    beq @quiet
    lda songs_lo-1,x
    sta header
    lda songs_hi-1,x
    sta header+1
    ldy #0
    lda (header),y
    sta tempo
    iny
    lda (header),y
    sta loops
    iny
    ldx #0
:   lda (header),y
    sta lane,x
    sta start,x
    iny
    inx
    cpx #8
    bne :-
    lda #1
    sta tick
    lda #$FF
    ldx #3
:   sta note,x
    dex
    bpl :-
    lda #1
    sta playing
    rts
@quiet:
    lda #$FF
    ldx #3
:   sta note,x
    dex
    bpl :-
    rts

; void effect(unsigned char n): louder things have higher numbers, but the latest wins.
_effect:
    tax
    lda effect_noise,x
    bne @noise
    sta fx+1                ; so that a blank in between sees no half pointer
    lda effects_lo,x
    sta fx
    lda effects_hi,x
    sta fx+1
    rts
@noise:
    lda #0
    sta nfx+1
    lda effects_lo,x
    sta nfx
    lda effects_hi,x
    sta nfx+1
    rts

sound_tick:
    lda playing
    beq @voices
    dec tick
    bne @voices
    lda tempo
    sta tick
    ldx #0                  ; lane * 2
    ldy #0                  ; lane
@row:
    sty temp
    ldy #0
    lda (lane,x)
    ldy temp
    cmp #$FF
    bne @byte
    lda loops
    bne @again
    sta playing
    lda #$FF
    sta note
    sta note+1
    sta note+2
    sta note+3
    bne @voices
@again:
    ldx #7
:   lda start,x
    sta lane,x
    dex
    bpl :-
    ldx #0
    ldy #0
    beq @row
@byte:
    cmp #0
    beq @held
    sec
    sbc #2                  ; rest (1) becomes $FF
    sta note,y
    lda #0
    sta age,y
@held:
    inc lane,x
    bne :+
    inc lane+1,x
:   inx
    inx
    iny
    cpy #4
    bne @row

@voices:
    ; Pulse 1: the melody.
    ldx #0
    ldy note
    cpy #$FF
    beq @p1off
    lda age
    cmp #40
    bcc :+
    lda #40
:   lsr a
    lsr a
    lsr a
    eor #$FF
    sec
    adc #8                  ; 8 falling to 3
    ora #$B0
    sta $4000
    lda age
    bne @p2
    lda period_lo,y
    sta $4002
    lda period_hi,y
    sta $4003
    jmp @p2
@p1off:
    lda #$30
    sta $4000
@p2:
    lda fx+1
    beq @p2note
    ldy #0                  ; an effect: volume and duty, period low, period high; 0 ends it
    lda (fx),y
    bne :+
    sta fx+1
    lda #$30
    sta $4004
    lda #1
    sta age+1
    jmp @tri
:   sta $4004
    iny
    lda (fx),y
    sta $4006
    iny
    lda (fx),y
    sta $4007
    lda fx
    clc
    adc #3
    sta fx
    bcc @tri
    inc fx+1
    bne @tri
@p2note:
    ldy note+1
    cpy #$FF
    beq @p2off
    lda age+1
    cmp #12
    bcc :+
    lda #12
:   lsr a
    lsr a
    eor #$FF
    sec
    adc #5                  ; 5 falling to 2
    ora #$70
    sta $4004
    lda age+1
    bne @tri
    lda period_lo,y
    sta $4006
    lda period_hi,y
    sta $4007
    jmp @tri
@p2off:
    lda #$30
    sta $4004
@tri:
    ldy note+2
    cpy #$FF
    beq @trioff
    lda #$FF
    sta $4008
    lda age+2
    bne @noise
    lda period_lo,y
    sta $400A
    lda period_hi,y
    sta $400B
    jmp @noise
@trioff:
    lda #$80
    sta $4008
@noise:
    lda nfx+1
    beq @drum
    ldy #0
    lda (nfx),y
    bne :+
    sta nfx+1
    beq @drum
:   sta $400C
    iny
    lda (nfx),y
    sta $400E
    lda #$F8
    sta $400F
    lda nfx
    clc
    adc #2
    sta nfx
    bcc @older
    inc nfx+1
    bne @older
@drum:
    ldy note+3
    cpy #$FF
    beq @drumoff
    lda age+3
    asl a
    sta temp
    lda drum_volume,y
    sec
    sbc temp
    bcs :+
    lda #0
:   ora #$30
    sta $400C
    lda drum_period,y
    sta $400E
    lda age+3
    bne @older
    lda #$F8
    sta $400F
    jmp @older
@drumoff:
    lda #$30
    sta $400C
@older:
    ldx #3
:   lda age,x
    cmp #$7F
    beq :+
    inc age,x
:   dex
    bpl :--
    rts
