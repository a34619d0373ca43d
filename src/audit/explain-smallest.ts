/**
 * The smallest set of items for which `holds` is still true: delta debugging (ddmin, Zeller and Hildebrandt 2002). It holds for
 * all of them; of what is returned none can be left out. Each set is asked once.
 */
export async function smallest<T>(items: readonly T[], holds: (some: readonly T[]) => Promise<boolean>): Promise<T[]> {
  const asked = new Map<string, boolean>();
  const ask = async (some: readonly number[]): Promise<boolean> => {
    const key = some.join();
    let answer = asked.get(key);
    if (answer === undefined) {
      answer = await holds(some.map((i) => items[i]!));
      asked.set(key, answer);
    }
    return answer;
  };
  let kept: readonly number[] = items.map((_, i) => i);
  let parts = 2;
  if (kept.length > 0 && (await ask([]))) return [];
  while (kept.length > 1) {
    const next = await smaller(kept, Math.min(parts, kept.length), ask);
    if (next) {
      kept = next.kept;
      parts = next.whole ? 2 : Math.max(2, parts - 1);
    } else if (parts >= kept.length) break;
    else parts = Math.min(kept.length, parts * 2);
  }
  return kept.map((i) => items[i]!);
}

/** One of so many parts alone, or all but one of them. */
async function smaller<T>(kept: readonly T[], parts: number, ask: (some: readonly T[]) => Promise<boolean>) {
  const cuts = Array.from({ length: parts + 1 }, (_, i) => Math.round((i * kept.length) / parts));
  for (let i = 0; i < parts; i++) {
    const part = kept.slice(cuts[i], cuts[i + 1]);
    if (part.length < kept.length && (await ask(part))) return { kept: part, whole: true };
  }
  for (let i = 0; parts > 2 && i < parts; i++) {
    const rest = [...kept.slice(0, cuts[i]), ...kept.slice(cuts[i + 1])];
    if (await ask(rest)) return { kept: rest, whole: false };
  }
  return undefined;
}
