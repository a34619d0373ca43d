import * as jsnes from "jsnes";

/** What this adapter uses of jsnes 3's console; its own types show only the remote control. */
export interface Nes {
  readonly cpu: Cpu;
  readonly ppu: Ppu;
  readonly papu: Papu;
  readonly mmap: Mapper;
  readonly controllers: { readonly 1: Controller; readonly 2: Controller };
  readonly rom: { readonly vromCount: number; readonly batteryRam: boolean };
  loadROM(bytes: Uint8Array): void;
}
export interface Cpu {
  readonly mem: Uint8Array;
  readonly IRQ_RESET: number;
  REG_PC: number;
  cycles: number;
  resetPending: boolean;
  needNmi: boolean;
  _lastDmaReadAddr?: number;
  ppu: Pick<Ppu, "dotTarget" | "nextEventDot" | "nmiOutput" | "catchUp">;
  papu: Pick<Papu, "nextEventCycle" | "catchUp">;
  emulate(): number;
  requestIrq(kind: number): void;
}
/** Colours of the 64 values, as they are for the emphasis at hand. */
export interface PaletteTable {
  readonly curTable: Uint32Array;
  currentEmph: number;
  makeTables(): void;
  setEmphasis(emphasis: number): void;
}
export interface Ppu {
  readonly vramMem: Uint8Array;
  readonly spriteMem: Uint8Array;
  readonly buffer: Uint32Array;
  readonly palTable: PaletteTable;
  readonly nmiOutput: boolean;
  frameEnded: boolean;
  dotTarget: number;
  nextEventDot: number;
  firstWrite: boolean;
  fineX: number;
  vramTmpAddress: number;
  vramBufferedReadValue: number;
  oddFrame: boolean;
  catchUp(): void;
  endFrame(): void;
  writeMem(address: number, value: number): void;
  updateControlReg1(value: number): void;
  updateControlReg2(value: number): void;
  updatePalettes(): void;
}
export interface Papu {
  readonly sampleTimerMax: number;
  nextEventCycle: number;
  lastCycle: number;
  catchUp(cycle: number): void;
  writeReg(address: number, value: number): void;
}
export interface Mapper {
  joypadOutputBit0: number;
  /** MMC5 keeps its own work RAM; the other boards use cpu.mem from 0x6000. */
  readonly prgRam?: Uint8Array;
  joy1Read(): number;
  joy2Read(): number;
  _syncJoypadOutput(): void;
}
export interface Controller {
  /** 0x41 pressed, 0x40 released: A, B, Select, Start, Up, Down, Left, Right. */
  readonly state: number[];
}

interface NesOptions {
  readonly sampleRate: number;
  readonly onAudioSample: (left: number, right: number) => void;
}

export const createNes = (options: NesOptions): Nes =>
  new (jsnes as unknown as { NES: new (options: NesOptions) => Nes }).NES(options);
