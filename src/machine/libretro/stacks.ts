import koffi from "koffi";
import { type Address, viewOf } from "./abi.ts";

const libc = koffi.load(null);
const map = libc.func("uint64_t mmap(uint64_t at, size_t size, int rights, int flags, int file, int64_t offset)");
const protect = libc.func("int mprotect(uint64_t at, size_t size, int rights)");
const unmap = libc.func("int munmap(uint64_t at, size_t size)");
const READ = 1;
const WRITE = 2;
const EXEC = 4;
const PRIVATE_ANONYMOUS = 0x22;
const PAGE = 4096;
/** koffi calls the core on a stack of its own of this size, and leaves it for JavaScript's only when it sees it. */
const STACK_SIZE = koffi.config().sync_stack_size ?? 1 << 20;
/** How much of that stack the core may be using below where it was called; what lies under it is free for the callback. */
const GAP = STACK_SIZE / 4;

/**
 * Cores built on coroutines (libco: bsnes and others) call back on a stack that JavaScript takes for an overflow. A few
 * instructions between core and callback go back to the stack that the core was called on. x86-64, System V.
 */
export class Stacks {
  readonly #page: Address;
  #code: number[] = [];

  static readonly supported = process.arch === "x64" && process.platform === "linux";

  constructor() {
    this.#page = map(0, 2 * PAGE, READ | WRITE, PRIVATE_ANONYMOUS, -1, 0);
    if (this.#page > Number.MAX_SAFE_INTEGER) throw new Error("no memory for the way back from a coroutine");
  }

  /** Gives the address of a function that notes the stack and goes on to `to`: for what may call back. */
  entry(to: bigint): bigint {
    return this.#emit([
      ...[0x48, 0xb8, ...u64(BigInt(this.#page))], // mov rax, noted
      ...[0x48, 0x89, 0x20], //                       mov [rax], rsp
      ...[0x48, 0xb8, ...u64(to)], //                 mov rax, to
      ...[0xff, 0xe0], //                             jmp rax
    ]);
  }

  /** Gives the address of a function that calls `to` on the noted stack. Integer arguments only, at most six. */
  callback(to: bigint): bigint {
    return this.#emit([
      ...[0x49, 0xbb, ...u64(BigInt(this.#page))], // mov r11, noted
      ...[0x4d, 0x8b, 0x1b], //                       mov r11, [r11]
      ...[0x48, 0xb8, ...u64(to)], //                 mov rax, to
      ...[0x4d, 0x85, 0xdb], //                       test r11, r11
      ...[0x74, 0x22], //                             jz here: nothing is noted yet
      ...[0x4d, 0x89, 0xda], //                       mov r10, r11
      ...[0x49, 0x29, 0xe2], //                       sub r10, rsp
      ...[0x49, 0x81, 0xfa, ...u32(STACK_SIZE)], //   cmp r10, STACK_SIZE
      ...[0x72, 0x13], //                             jb here
      ...[0x55], //                                   push rbp
      ...[0x48, 0x89, 0xe5], //                       mov rbp, rsp
      ...[0x49, 0x8d, 0xa3, ...u32(-GAP)], //         lea rsp, [r11 - GAP]
      ...[0x48, 0x83, 0xe4, 0xf0], //                 and rsp, -16
      ...[0xff, 0xd0], //                             call rax
      ...[0xc9], //                                   leave
      ...[0xc3], //                                   ret
      ...[0xff, 0xe0], //                             here: jmp rax
    ]);
  }

  /** Writable memory becomes code: nothing can be emitted after this. */
  seal(): void {
    viewOf(this.#page + PAGE, PAGE).set(this.#code);
    if (protect(this.#page + PAGE, PAGE, READ | EXEC) !== 0)
      throw new Error(`this system allows no code in memory: errno ${koffi.errno()}`);
  }

  close(): void {
    unmap(this.#page, 2 * PAGE);
  }

  #emit(code: readonly number[]): bigint {
    const at = this.#page + PAGE + this.#code.length;
    this.#code.push(...code);
    while (this.#code.length % 16 !== 0) this.#code.push(0xcc);
    if (this.#code.length > PAGE) throw new RangeError("too many functions for one page");
    return BigInt(at);
  }
}

function u64(value: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(value).buffer);
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
