; HICCUP: B bounces by itself, A walks: one frame too many and both are elsewhere for ever.
.segment "ZEROPAGE"
hiccup_a:     .res 1
hiccup_b:     .res 1
going:        .res 1
bounces:      .res 1
              .res 4
.segment "CODE"

hiccup_begin:
    lda #128
    sta hiccup_a
    lda #20
    sta hiccup_b
    lda #RIGHT
    sta going
    rts

hiccup_4:
    lda going
    and #RIGHT
    beq @left
    inc hiccup_b
    inc hiccup_b
    lda hiccup_b
    cmp #240
    bcc @walk
    bcs @turn
@left:
    dec hiccup_b
    dec hiccup_b
    lda hiccup_b
    cmp #16
    bcs @walk
@turn:
    lda going
    eor #LEFT|RIGHT
    sta going
    inc bounces
@walk:
    lda pad
    and #RIGHT
    beq :+
    inc hiccup_a
:   lda pad
    and #LEFT
    beq :+
    dec hiccup_a
:   rts
