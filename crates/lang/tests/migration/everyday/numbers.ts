//// cents become an amount
// cents: number => amount: number
export default (row) => ({ id: row.id, amount: row.cents / 100 });

//// cents become a decimal text
// cents: number => amount: string
export default (row) => ({ id: row.id, amount: (row.cents / 100).toFixed(2) });

//// an amount becomes cents
// amount: number => cents: number
export default (row) => ({ id: row.id, cents: Math.round(row.amount * 100) });

//// a decimal text becomes cents
// amount: string => cents: number
export default function migrate(row) {
  const cents = Math.round(Number(row.amount.replace(",", ".")) * 100);
  if (Number.isNaN(cents)) throw new Error(`not an amount: ${row.amount}`);
  return { id: row.id, cents };
}

//// a price with its currency in front
// price: string => currency: string; amount: number
export default function migrate(row) {
  const currency = row.price.startsWith("$") ? "USD" : row.price.startsWith("€") ? "EUR" : "XXX";
  return { id: row.id, currency, amount: parseFloat(row.price.replace(/^[$€]/, "")) };
}

//// thousands are written without commas
// amount: string => amount: number
export default (row) => ({ id: row.id, amount: Number(row.amount.replaceAll(",", "")) });

//// cents as a bigint
// cents: number => cents: bigint
export default (row) => ({ id: row.id, cents: BigInt(Math.round(row.cents)) });

//// a bigint as a number
// total: bigint => total: number
export default (row) => ({ id: row.id, total: Number(row.total) });

//// miles become kilometres
// miles: number => km: number
export default (row) => ({ id: row.id, km: Math.round(row.miles * 1.609344 * 10) / 10 });

//// Fahrenheit becomes Celsius
// temp: number => celsius: number
export default (row) => ({ id: row.id, celsius: ((row.temp - 32) * 5) / 9 });

//// feet and inches
// height: number => feet: number; inches: number
export default (row) => ({ id: row.id, feet: Math.floor(row.height / 12), inches: row.height % 12 });

//// bytes in words
// bytes: number => size: string
export default function migrate(row) {
  if (row.bytes < 1024) return { id: row.id, size: `${row.bytes} B` };
  if (row.bytes < 1024 * 1024) return { id: row.id, size: `${(row.bytes / 1024).toFixed(1)} KB` };
  return { id: row.id, size: `${(row.bytes / 1024 / 1024).toFixed(1)} MB` };
}

//// a share in percent, without a division by zero
// part: number; total: number => percent: number
export default (row) => ({ id: row.id, percent: row.total === 0 ? 0 : Math.round((row.part / row.total) * 100) });

//// a number is held between two others
// score: number => score: number
export default (row) => ({ id: row.id, score: Math.min(100, Math.max(0, row.score)) });

//// a number that is none becomes nothing
// value: string => value: number | null
export default function migrate(row) {
  const value = Number(row.value);
  return { id: row.id, value: Number.isFinite(value) ? value : null };
}

//// a number that is missing becomes zero
// count: number | null => count: number
export default (row) => ({ id: row.id, count: row.count ?? 0 });

//// a sentinel becomes nothing
// age: number => age: number | null
export default (row) => ({ id: row.id, age: row.age < 0 || row.age === 999 ? null : row.age });

//// a truth in a text
// active: string => active: boolean
export default (row) => ({ id: row.id, active: ["1", "true", "yes", "y"].includes(row.active.toLowerCase()) });

//// a truth in a number
// active: number => active: boolean
export default (row) => ({ id: row.id, active: row.active !== 0 });

//// a truth becomes a number
// active: boolean => active: number
export default (row) => ({ id: row.id, active: row.active ? 1 : 0 });

//// a class of ages
// age: number => group: "child" | "adult" | "senior" | "unknown"
export default function migrate(row) {
  if (!(row.age >= 0)) return { id: row.id, group: "unknown" };
  if (row.age < 18) return { id: row.id, group: "child" };
  return { id: row.id, group: row.age < 65 ? "adult" : "senior" };
}

//// a grade from a table of limits
// points: number => grade: string
const LIMITS = [
  { from: 90, grade: "A" },
  { from: 75, grade: "B" },
  { from: 50, grade: "C" },
];
export default (row) => ({ id: row.id, grade: LIMITS.find((limit) => row.points >= limit.from)?.grade ?? "F" });

//// flags in an integer
// flags: number => read: boolean; write: boolean; admin: boolean
const READ = 1, WRITE = 2, ADMIN = 4;
export default ({ id, flags }) => ({
  id,
  read: (flags & READ) !== 0,
  write: (flags & WRITE) !== 0,
  admin: (flags & ADMIN) === ADMIN,
});

//// truths become flags in an integer
// read: boolean; write: boolean => flags: number
export default (row) => ({ id: row.id, flags: (row.read ? 1 : 0) | (row.write ? 2 : 0) });

//// a colour in three numbers
// color: string => red: number; green: number; blue: number
export default ({ id, color }) => {
  const value = parseInt(color.replace("#", ""), 16) | 0;
  return { id, red: (value >> 16) & 255, green: (value >> 8) & 255, blue: value & 255 };
};

//// three numbers become a colour
// red: number; green: number; blue: number => color: string
const hex = (value) => (value & 255).toString(16).padStart(2, "0");
export default (row) => ({ id: row.id, color: `#${hex(row.red)}${hex(row.green)}${hex(row.blue)}` });

//// a version of three parts
// version: string => major: number; minor: number; patch: number
export default function migrate(row) {
  const [major, minor, patch] = row.version.split(".");
  const part = (text) => (text === undefined ? 0 : parseInt(text, 10) || 0);
  return { id: row.id, major: part(major), minor: part(minor), patch: part(patch) };
}

//// a distance in a plane, squared
// x: number; y: number => squared: number
export default (row) => ({ id: row.id, squared: row.x ** 2 + row.y ** 2 });

//// a position in one text
// latitude: number; longitude: number => position: string
export default (row) => ({ id: row.id, position: `${row.latitude.toFixed(4)},${row.longitude.toFixed(4)}` });

//// a position in one text is taken apart
// position: string => latitude: number; longitude: number
export default function migrate(row) {
  const match = row.position.match(/^(-?[0-9.]+),\s*(-?[0-9.]+)$/);
  if (match === null) throw new Error("no position");
  return { id: row.id, latitude: Number(match[1]), longitude: Number(match[2]) };
}

//// whole numbers are told from others
// value: number => whole: boolean; rest: number
export default (row) => ({ id: row.id, whole: Number.isInteger(row.value), rest: row.value - Math.trunc(row.value) });

//// a row of a shard
// key: number => shard: number
export default (row) => ({ id: row.id, shard: (Math.abs(row.key | 0) % 16) });
