//// called: a payload is taken apart
// payload: string => name: string; count: number
export default function migrate(row) {
  const payload = JSON.parse(row.payload);
  return { id: row.id, name: String(payload?.name ?? ""), count: Number(payload?.count ?? 0) };
}

//// called: a payload that is no JSON is left out
// payload: string => type: string
export default function migrate(row) {
  try {
    const type = JSON.parse(row.payload)?.type;
    return typeof type === "string" ? { id: row.id, type } : null;
  } catch {
    return null;
  }
}

//// called: a list in a payload
// payload: string => tags: string[]
export default function migrate(row) {
  let parsed: unknown;
  try {
    parsed = JSON.parse(row.payload);
  } catch {
    return { id: row.id, tags: [] };
  }
  const tags = Array.isArray(parsed) ? parsed : [];
  return { id: row.id, tags: tags.filter((tag) => typeof tag === "string") };
}

//// called: fields become a payload
// name: string; count: number => payload: string
export default ({ id, name, count }) => ({ id, payload: JSON.stringify({ name, count }) });

//// called: an object becomes a payload
// user: { name: string; age: number | null } => user: string
export default (row) => ({ id: row.id, user: JSON.stringify(row.user) });

//// called: a text in steps until it is short
// text: string => text: string
export default function migrate(row) {
  let text = row.text;
  while (text.includes("--")) text = text.replace("--", "-");
  return { id: row.id, text };
}

//// called: the most frequent word
// words: string[] => word: string | null
export default function migrate(row) {
  const counts = new Map<string, number>();
  for (const word of row.words) counts.set(word, (counts.get(word) ?? 0) + 1);
  let best: string | null = null;
  for (const [word, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = word;
  return { id: row.id, word: best };
}

//// called: a replacement by a function
// template: string; name: string; city: string => text: string
export default ({ id, template, name, city }) => {
  const values: Record<string, string> = { name, city };
  return { id, text: template.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all) };
};

//// called: named groups
// line: string => level: string; message: string
const LINE = /^(?<level>[A-Z]+): (?<message>.*)$/;
export default function migrate(row) {
  const groups = LINE.exec(row.line)?.groups;
  return { id: row.id, level: groups?.level ?? "INFO", message: groups?.message ?? row.line };
}

//// called: entries of an object
// scores: { math: number; art: number } => best: string
export default function migrate(row) {
  const [best] = Object.entries(row.scores).sort(([, a], [, b]) => b - a);
  return { id: row.id, best: best?.[0] ?? "" };
}

//// a level in a line of a log
// line: string => level: string; message: string
export default function migrate(row) {
  const found = row.line.match(/^([A-Z]+): (.*)$/u);
  return { id: row.id, level: found?.[1] ?? "INFO", message: found?.[2] ?? row.line };
}

//// fields between separators
// line: string => host: string; user: string; rest: string
export default function migrate(row) {
  const [host, user] = row.line.split("|");
  return { id: row.id, host: host ?? "", user: user ?? "-", rest: row.line.split("|").slice(2).join("|") };
}

//// a value in quotes
// value: string => value: string
export default ({ id, value }) => ({
  id,
  value: value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value,
});

//// a key that is made of others
// tenant: string; user: number; kind: "a" | "b" => key: string
export default (row) => ({ id: row.id, key: [row.tenant, String(row.user), row.kind].join("/") });

//// a sum over the digits of a number
// code: string => valid: boolean
export default function migrate(row) {
  let sum = 0;
  const digits = row.code.replace(/\D/g, "");
  for (let i = 0; i < digits.split("").length; i++) {
    sum += digits.charCodeAt(i) - 48;
  }
  return { id: row.id, valid: digits.length > 0 && sum % 10 === 0 };
}
