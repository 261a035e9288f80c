//// seconds become a date
// at: number => at: Date
export default (row) => ({ id: row.id, at: new Date(row.at * 1000) });

//// milliseconds become a date, if there are any
// at: number | null => at: Date | null
export default (row) => ({ id: row.id, at: row.at === null ? null : new Date(row.at) });

//// a text becomes a date
// at: string => at: Date
export default (row) => ({ id: row.id, at: new Date(row.at) });

//// a day becomes a date at noon
// day: string => at: Date
export default (row) => ({ id: row.id, at: new Date(`${row.day}T12:00:00Z`) });

//// a day and a time become a date
// day: string; time: string => at: Date
export default (row) => ({ id: row.id, at: new Date(row.day + "T" + row.time.padStart(5, "0") + ":00Z") });

//// a date becomes a text
// at: Date => at: string
export default (row) => ({ id: row.id, at: row.at.toISOString() });

//// a date becomes a day
// at: Date => day: string
export default (row) => ({ id: row.id, day: row.at.toISOString().slice(0, 10) });

//// a date becomes seconds
// at: Date => at: number
export default (row) => ({ id: row.id, at: Math.floor(row.at.getTime() / 1000) });

//// parts of a date
// at: Date => year: number; month: number; hour: number
export default ({ id, at }) => ({ id, year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, hour: at.getUTCHours() });

//// a day of the week
// at: Date => weekday: string; weekend: boolean
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
export default function migrate(row) {
  const day = row.at.getUTCDay();
  return { id: row.id, weekday: DAYS[day] ?? "", weekend: day === 0 || day === 6 };
}

//// a quarter of a year
// at: Date => quarter: string
export default (row) => ({ id: row.id, quarter: `${row.at.getUTCFullYear()}-Q${Math.floor(row.at.getUTCMonth() / 3) + 1}` });

//// the begin of a day
// at: Date => day: Date
export default function migrate(row) {
  const day = new Date(row.at.getTime());
  day.setUTCHours(0, 0, 0, 0);
  return { id: row.id, day };
}

//// the begin of an hour, by arithmetic
// at: Date => hour: Date
export default (row) => ({ id: row.id, hour: new Date(Math.floor(row.at.getTime() / 3600000) * 3600000) });

//// the first of a month
// at: Date => month: Date
export default (row) => ({ id: row.id, month: new Date(Date.UTC(row.at.getUTCFullYear(), row.at.getUTCMonth(), 1)) });

//// a year, a month and a day become a date
// year: number; month: number; day: number => at: Date
export default (row) => ({ id: row.id, at: new Date(row.year, row.month - 1, row.day) });

//// a number such as 20130131 becomes a date
// day: number => day: Date
export default ({ id, day }) => ({ id, day: new Date(Math.floor(day / 10000), (Math.floor(day / 100) % 100) - 1, day % 100) });

//// a number such as 1330 becomes minutes
// time: number => minutes: number
export default (row) => ({ id: row.id, minutes: Math.floor(row.time / 100) * 60 + (row.time % 100) });

//// minutes become hours and minutes
// minutes: number => text: string
export default (row) => ({ id: row.id, text: `${Math.floor(row.minutes / 60)}:${String(row.minutes % 60).padStart(2, "0")}` });

//// a duration in seconds
// start: Date; end: Date => seconds: number
export default (row) => ({ id: row.id, seconds: (row.end.getTime() - row.start.getTime()) / 1000 });

//// a duration that is not there yet
// start: Date; end: Date | null => seconds: number | null
export default ({ id, start, end }) => ({ id, seconds: end === null ? null : (end.getTime() - start.getTime()) / 1000 });

//// an end from a duration
// start: Date; seconds: number => start: Date; end: Date
export default ({ id, start, seconds }) => ({ id, start, end: new Date(start.getTime() + seconds * 1000) });

//// a local time with its offset becomes UTC
// local: Date; offset: number => at: Date
export default (row) => ({ id: row.id, at: new Date(row.local.getTime() - row.offset * 60000) });

//// an offset in a text
// offset: string => minutes: number
export default function migrate(row) {
  const found = row.offset.match(/^([+-])(\d{2}):?(\d{2})$/);
  if (!found) return { id: row.id, minutes: 0 };
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return { id: row.id, minutes: found[1] === "-" ? -minutes : minutes };
}

//// the hour at a place, by the offset of its zone
// at: Date; zone: "UTC" | "CET" | "EST" => hour: number
const OFFSETS = { UTC: 0, CET: 1, EST: -5 };
export default ({ id, at, zone }) => ({ id, hour: (at.getUTCHours() + OFFSETS[zone] + 24) % 24 });

//// a session of half an hour
// user: string; at: Date => session: string
export default (row) => ({ id: row.id, session: `${row.user}:${Math.floor(row.at.getTime() / 1800000)}` });

//// whether a session goes on
// at: Date; before: Date | null => isNew: boolean; gap: number
export default function migrate({ id, at, before }) {
  const gap = before === null ? Infinity : at.getTime() - before.getTime();
  return { id, isNew: gap > 30 * 60 * 1000, gap: gap === Infinity ? -1 : gap };
}

//// events of the future are refused
// at: Date => at: Date
export default function migrate(row) {
  if (row.at.getTime() > Date.UTC(2100, 0, 1)) throw new Error(`${row.at.toISOString()} is in the future`);
  return row;
}

//// the age at an event
// born: Date; at: Date => age: number
export default function migrate({ id, born, at }) {
  let age = at.getUTCFullYear() - born.getUTCFullYear();
  const months = at.getUTCMonth() - born.getUTCMonth();
  if (months < 0 || (months === 0 && at.getUTCDate() < born.getUTCDate())) age--;
  return { id, age };
}

//// a day in the American form
// day: string => day: string
export default function migrate(row) {
  const found = row.day.match(/^(\d+)\/(\d+)\/(\d{4})$/);
  if (found === null) throw new Error(`not a day: ${row.day}`);
  return { id: row.id, day: `${found[3]}-${(found[1] ?? "").padStart(2, "0")}-${(found[2] ?? "").padStart(2, "0")}` };
}
