enum Kind {
  Short,
  Long = "long",
}

const EMAIL = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i;

class Counter<T extends string> {
  private readonly counts = new Map<T, number>();

  add(key: T): this {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    return this;
  }

  public *entries(): Generator<[T, number]> {
    yield* [...this.counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  }
}

const slug = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");

export default function migrate(note: any): any | null {
  const { id, text, words, other } = note;
  if (words.length > 3 && words.every((word: string) => word === "")) return null;
  let longest: string | null = null;
  outer: for (const word of words) {
    for (const c of word) if (c === "\u0000") continue outer;
    if (longest === null || word.length > longest.length) longest = word;
  }
  const counter = new Counter<string>();
  for (const c of text) counter.add(c);
  if (other === "throw" || text.includes("throw")) throw new TypeError(`no ${[...text].reverse().join("")}`);
  return {
    id,
    masked: text.replace(/(?<first>.)(?<rest>[^]*)/u, (_: string, first: string, rest: string) => first + "*".repeat(rest.length)),
    slug: slug(text),
    sorted: [...words, ...(other === null ? [] : [other])].sort(),
    longest,
    counts: [...counter.entries()].slice(0, 3).map(([c, n]) => `${c}${n}`).join(text.length > 9 ? Kind.Long : Kind[Kind.Short]),
    isEmail: EMAIL.test(text),
    units: Array.from({ length: Math.min(text.length, 4) }, (_, i) => text.charCodeAt(i)),
    padded: text.slice(-3).padStart(5, "·") + (text.at(-1) ?? "") + text.split("").lastIndexOf("a"),
  };
}
