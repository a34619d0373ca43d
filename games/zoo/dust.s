; DUST: particles draw random numbers, more or fewer of them, last in the frame and in its middle. The next stage is drawn
; first in the frame, a turnip after the pads were read.
.segment "ZEROPAGE"
dust_a:       .res 1
mote:         .res 1
dust_stage:   .res 1
turnip:       .res 1
dust_motes:   .res 1
              .res 3
.segment "CODE"

dust_0:
    lda ticks
    and #63
    bne @done
    jsr rnd
    and #3
    sta dust_stage
@done:
    rts

dust_4:
    lda ticks
    and #15
    bne @done
    jsr rnd
    and #7
    sta turnip
@done:
    rts

dust_15:
    jsr motes
    jmp leave

; As many draws as there are motes: nobody wrote down how many.
motes:
    lda motes_left
    and #3
    sta dust_motes
    tax
    beq @done
:   jsr rnd
    dex
    bne :-
    sta mote                                ; it is only seen
@done:
    rts
