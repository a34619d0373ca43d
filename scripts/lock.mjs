import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs `work` while no other process holds the folder `lock`; what a dead process left is taken over. */
export async function locked(lock, work) {
  while (!take(lock)) {
    if (isDead(lock)) drop(lock);
    else await sleep(100);
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function take(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(`${lock}/pid`, String(process.pid));
  return true;
}

const ownerOf = (lock) => Number(readFileSync(`${lock}/pid`, "utf8"));

function isDead(lock) {
  try {
    process.kill(ownerOf(lock), 0);
    return false;
  } catch (error) {
    if (error.code === "ESRCH") return true;
    if (error.code !== "ENOENT") return false;
    // It has no owner yet, or its owner died before it signed.
    const made = statSync(lock, { throwIfNoEntry: false });
    return made !== undefined && Date.now() - made.mtimeMs > 5000;
  }
}

/** Of several that find it dead one drops it: the rename succeeds once. */
function drop(lock) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (isDead(aside)) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, lock); // somebody took it in between
}
