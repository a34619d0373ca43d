; LOAD: a stage is read in what the game leaves of each frame. How long that takes no input says: a faster CPU is done sooner.
.segment "ZEROPAGE"
load_a:       .res 1
              .res 1
load_stage:   .res 1
load_waiting: .res 1
load_frames:  .res 1                        ; since the stage is there
              .res 3
.segment "CODE"

load_begin:
    lda #32
    sta load_a
    rts

load_4:
    lda hit
    bpl @asked                              ; button A
    lda load_waiting
    bne @asked
    sta ready
    lda #1
    sta load_waiting
    lda #128
    sta sectors
@asked:
    lda load_waiting
    beq @blow
    lda ready
    beq @blow
    lda #0
    sta load_waiting
    sta ready
    sta load_frames
    inc load_stage
@blow:
    lda load_stage
    beq @done
    inc load_frames
    lda load_frames
    and #15
    tax
    lda wind,x                              ; what was loaded: it blows A about
    clc
    adc load_a
    sta load_a
@done:
    rts

; Some 1000 cycles of reading; eight times that are a byte.
load_some:
    lda sectors
    beq @rest
    ldx #200
:   dex
    bne :-
    dec sectors
    lda sectors
    and #7
    bne @rest
    lda sectors
    lsr a
    lsr a
    lsr a
    tax
    lda stage_wind,x
    sta wind,x
    txa
    bne @rest
    lda #1
    sta ready
@rest:
    rts

stage_wind: .byte 1, 2, 1, 0, 3, 1, 255, 0, 2, 1, 254, 1, 0, 2, 1, 255
