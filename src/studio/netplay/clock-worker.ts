// Says each number back after as many milliseconds as came with it.
addEventListener("message", ({ data: [id, milliseconds] }: MessageEvent<[number, number]>) => {
  setTimeout(() => postMessage(id), milliseconds);
});
