/** The page's element of that id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

/** Has the browser save bytes as a file. */
export function download(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Copies what a field holds; false where the browser lets nobody. */
export async function copy(field: HTMLInputElement): Promise<boolean> {
  field.select();
  const { clipboard } = navigator as { clipboard?: Clipboard };
  if (!clipboard) return document.execCommand("copy");
  return clipboard.writeText(field.value).then(
    () => true,
    () => false,
  );
}

/** What the browser keeps for this site. */
export const kept = {
  get: (name: string): string => localStorage.getItem(`instep-${name}`) ?? "",
  set: (name: string, value: string): void => localStorage.setItem(`instep-${name}`, value),
};
