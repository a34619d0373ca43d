; ROLL: whether a fall becomes a roll, and what is in a box, is drawn before the pads are read; dust draws as in DUST.
.segment "ZEROPAGE"
roll_a:       .res 1
              .res 1
rolling:      .res 1
item:         .res 1
knocked:      .res 1
box:          .res 1
              .res 2
.segment "CODE"

roll_begin:
    lda #128
    sta roll_a
    rts

roll_1:
    lda rolling
    beq @knock
    dec rolling
    inc roll_a
@knock:
    lda knocked
    beq @done
    lda #0
    sta knocked
    jsr rnd
    cmp #77                                 ; three of ten
    bcs @done
    lda #30
    sta rolling
@done:
    rts

roll_2:
    lda box
    beq @done
    lda #0
    sta box
    jsr rnd
    and #7
    sta item
@done:
    rts

roll_4:
    lda hit
    and #A_BUTTON
    beq :+
    sta knocked
:   lda hit
    and #B_BUTTON
    beq :+
    sta box
:   rts
