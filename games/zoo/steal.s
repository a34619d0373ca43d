; STEAL: who has no stocks left may take one of the partner's. The wish comes from outside the pads: somebody writes `asked`.
.segment "ZEROPAGE"
steal_a:      .res 1
steal_b:      .res 1
stocks_a:     .res 1
stocks_b:     .res 1
asked:        .res 1
out:          .res 1
              .res 2
.segment "CODE"

steal_begin:
    lda #64
    sta steal_a
    lda #176
    sta steal_b
    lda #1
    sta stocks_a
    lda #4
    sta stocks_b
    rts

steal_4:
    lda asked
    beq lose
steal:                                      ; hook
    lda #0
    sta asked
    lda out
    beq lose
    lda stocks_b
    cmp #2
    bcc lose
    dec stocks_b
    inc stocks_a
    lda #0
    sta out
    lda #128
    sta steal_a
lose:
    lda out
    bne @done
    lda hit
    bpl @walk
    dec stocks_a
    bne @walk
    lda #1
    sta out
    rts
@walk:
    lda pad
    and #RIGHT
    beq @done
    inc steal_a
@done:
    rts
