; FLOCK: never as many birds as the last time. Nobody wrote down a last time before the first.
.segment "ZEROPAGE"
flock_a:      .res 1
              .res 1
birds:        .res 1
flock_timer:  .res 1
flocks:       .res 1
              .res 3
.segment "CODE"

flock_begin:
    lda #40
    sta flock_timer
    rts

flock_4:
    lda flock_timer
    beq @fly
    dec flock_timer
    bne @done
@roll:
    jsr rnd
    and #7
    cmp #6
    bcs @roll
    cmp last_flock
    beq @roll
    sta last_flock
    sta birds
    inc flocks
    lda #0
    sta flock_a
    rts
@fly:                                       ; fewer birds are faster, and the next flock starts when they are gone
    lda flock_a
    clc
    adc #9
    sec
    sbc birds
    sta flock_a
    cmp #240
    bcc @done
    lda #20
    sta flock_timer
@done:
    rts
