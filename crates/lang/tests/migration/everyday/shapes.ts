//// a row as it is
// name: string; count: number => name: string; count: number
export default (row) => row;

//// a field is left out
// name: string; secret: string => name: string
export default ({ secret, ...row }) => row;

//// a field is new
// name: string => name: string; source: string
export default (row) => ({ ...row, source: "import" });

//// a field is new, and may be absent
// name: string => name: string; note?: string
export default (row) => ({ ...row });

//// an optional field gets a value
// plan?: string => plan: string
export default ({ id, plan = "free" }) => ({ id, plan });

//// rows without a user are left out
// user: string | null => user: string
export default (row) => (row.user === null ? null : { id: row.id, user: row.user });

//// rows of a test are left out
// name: string; test: boolean => name: string
export default function migrate(row) {
  if (row.test || row.name.startsWith("test_")) return null;
  return { id: row.id, name: row.name };
}

//// a row without a name is refused
// name: string => name: string
export default function migrate(row) {
  const name = row.name.trim();
  if (name === "") throw new Error(`row ${row.id} has no name`);
  return { id: row.id, name };
}

//// words of an enum are renamed
// status: "new" | "done" | "gone" => status: "open" | "closed" | "deleted"
const STATES = { new: "open", done: "closed", gone: "deleted" } as const;
export default (row) => ({ id: row.id, status: STATES[row.status] });

//// two words of an enum become one
// status: "open" | "pending" | "closed" => status: "open" | "closed"
export default (row) => ({ id: row.id, status: row.status === "closed" ? "closed" : "open" });

//// any text becomes a word of an enum
// level: string => level: "low" | "high" | "other"
export default ({ id, level }) => ({ id, level: level === "low" || level === "high" ? level : "other" });

//// a word of an enum, or the row is refused
// level: string => level: "low" | "high"
export default ({ id, level }) => ({ id, level: level.toLowerCase() as "low" | "high" });

//// a number becomes a word
// type: number => type: "click" | "view" | "other"
export default function migrate(row) {
  switch (row.type) {
    case 1:
      return { id: row.id, type: "click" };
    case 2:
      return { id: row.id, type: "view" };
  }
  return { id: row.id, type: "other" };
}

//// a word becomes a number
// priority: "low" | "medium" | "high" => priority: number
export default (row) => ({ id: row.id, priority: ["low", "medium", "high"].indexOf(row.priority) });

//// a word from a map
// code: string => reason: string
const REASONS = new Map([
  ["A", "carrier"],
  ["B", "weather"],
  ["C", "security"],
]);
export default (row) => ({ id: row.id, reason: REASONS.get(row.code) ?? `code ${row.code}` });

//// fields move into an object
// width: number; height: number => size: { width: number; height: number }
export default ({ id, width, height }) => ({ id, size: { width, height } });

//// fields leave an object
// size: { width: number; height: number } => width: number; height: number; area: number
export default ({ id, size: { width, height } }) => ({ id, width, height, area: width * height });

//// a field leaves two objects, which may be absent
// user: { home: { city: string } | null } | null => city: string | null
export default (row) => ({ id: row.id, city: row.user?.home?.city ?? null });

//// an object in an object loses a level
// data: { user: { name: string; age: number } } => user: { name: string; age: number }
export default (row) => ({ id: row.id, user: row.data.user });

//// a field of an object is renamed
// user: { nick: string; age: number } => user: { name: string; age: number }
export default (row) => ({ id: row.id, user: { name: row.user.nick, age: row.user.age } });

//// an object is filled field by field
// name: string; vip: boolean; spent: number => tier: string; discount: number
export default function migrate(row) {
  const result = { id: row.id, tier: "basic", discount: 0 };
  if (row.spent > 1000) {
    result.tier = "gold";
    result.discount = 10;
  }
  if (row.vip) result.discount += 5;
  return result;
}

//// a text becomes a list
// tags: string => tags: string[]
export default (row) => ({ id: row.id, tags: row.tags.split(",").map((tag) => tag.trim()).filter((tag) => tag !== "") });

//// a list becomes a text
// tags: string[] => tags: string
export default (row) => ({ id: row.id, tags: row.tags.join(",") });

//// a list without doubles, in order
// tags: string[] => tags: string[]
export default (row) => ({ id: row.id, tags: [...new Set(row.tags.map((tag) => tag.toLowerCase()))].sort() });

//// the first of a list
// tags: string[] => tag: string | null
export default (row) => ({ id: row.id, tag: row.tags[0] ?? null });

//// a value becomes a list of one
// email: string | null => emails: string[]
export default (row) => ({ id: row.id, emails: row.email === null ? [] : [row.email] });

//// sums of a list
// amounts: number[] => total: number; largest: number; count: number
export default ({ id, amounts }) => ({
  id,
  total: amounts.reduce((sum, amount) => sum + amount, 0),
  largest: amounts.reduce((most, amount) => Math.max(most, amount), 0),
  count: amounts.length,
});

//// a mean, without a division by zero
// amounts: number[] => mean: number | null
export default function migrate(row) {
  if (row.amounts.length === 0) return { id: row.id, mean: null };
  let sum = 0;
  for (const amount of row.amounts) sum += amount;
  return { id: row.id, mean: sum / row.amounts.length };
}

//// a list of objects in new words
// items: { sku: string; qty: number }[] => lines: { code: string; count: number }[]
export default (row) => ({ id: row.id, lines: row.items.map((item) => ({ code: item.sku, count: item.qty })) });

//// a total over a list of objects
// items: { price: number; qty: number }[] => total: number
export default (row) => ({ id: row.id, total: row.items.reduce((sum, { price, qty }) => sum + price * qty, 0) });

//// objects of a list are left out
// items: { sku: string; qty: number }[] => items: { sku: string; qty: number }[]; dropped: number
export default function migrate(row) {
  const items = row.items.filter((item) => item.qty > 0);
  return { id: row.id, items, dropped: row.items.length - items.length };
}

//// a field of a list of objects
// items: { sku: string; qty: number }[] => skus: string[]
export default (row) => ({ id: row.id, skus: row.items.map((item) => item.sku) });

//// a list of objects is asked
// items: { sku: string; gift: boolean }[] => hasGift: boolean; allGifts: boolean
export default ({ id, items }) => ({ id, hasGift: items.some((i) => i.gift), allGifts: items.every((i) => i.gift) });

//// lists of two fields are one
// to: string[]; cc: string[] => recipients: string[]
export default (row) => ({ id: row.id, recipients: [...row.to, ...row.cc] });

//// words of a text are counted in a loop
// text: string => words: number; longest: number
export default function migrate(row) {
  let words = 0;
  let longest = 0;
  for (const word of row.text.split(" ")) {
    if (word === "") continue;
    words++;
    if (word.length > longest) longest = word.length;
  }
  return { id: row.id, words, longest };
}
