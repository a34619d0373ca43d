; STACK: as DASH, but what the pad was two polls ago is kept below the stack pointer while something else is worked out. An
; interrupt in that time writes over it. When interrupts come depends on memory that nobody cleared.
.segment "ZEROPAGE"
stack_a:      .res 1
              .res 1
stack_facing: .res 1
stack_mode:   .res 1
stack_timer:  .res 1
stack_ago:    .res 1
              .res 2
.segment "CODE"

stack_begin:
    ldx disk_delay
    beq @start
:   ldy #6
:   dey
    bne :-
    dex
    bne :--
@start:
    lda #0
    sta $4017
    cli
    ldx #8 * 8
    jmp runner

stack_4:
    lda ring_at
    sec
    sbc #2
    and #7
    tay
    lda ring,y
    tsx
stack_store:                                ; patch "safe stack": sta kept
    sta a:$00FF,x
    ldy #2
    ldx #0
.align 4                                    ; so that an address here never looks like LEFT or RIGHT alone
:   dex
    bne :-
    dey
    bne :-
    tsx
stack_load:                                 ; patch "safe stack": lda kept
    lda a:$00FF,x
    ldx #8 * 8
    sta ago,x
judge:                                      ; hook
    jmp run
