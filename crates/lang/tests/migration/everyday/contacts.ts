//// an address is made small
// email: string => email: string
export default (row) => ({ id: row.id, email: row.email.trim().toLowerCase() });

//// the domain of an address
// email: string => domain: string
export default (row) => ({ id: row.id, domain: row.email.slice(row.email.indexOf("@") + 1).toLowerCase() });

//// the user of an address, without what is behind a plus
// email: string => user: string
export default function migrate(row) {
  const user = row.email.split("@")[0] ?? "";
  return { id: row.id, user: user.split("+")[0] ?? user };
}

//// an address that is none is refused
// email: string => email: string
export default function migrate(row) {
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(row.email)) throw new Error(`not an address: ${row.email}`);
  return { id: row.id, email: row.email };
}

//// an address that is none is left out
// email: string => email: string
export default (row) => (row.email.includes("@") ? { id: row.id, email: row.email } : null);

//// addresses of the company are told
// email: string => internal: boolean
export default (row) => ({ id: row.id, internal: row.email.endsWith("@example.com") });

//// addresses of free services are told
// email: string => free: boolean
const FREE = new Set(["gmail.com", "yahoo.com", "hotmail.com"]);
export default (row) => ({ id: row.id, free: FREE.has(row.email.split("@").at(-1) ?? "") });

//// an address is masked
// email: string => email: string
export default function migrate(row) {
  const at = row.email.indexOf("@");
  if (at < 1) return { id: row.id, email: "***" };
  return { id: row.id, email: `${row.email.charAt(0)}***${row.email.slice(at)}` };
}

//// a telephone number in digits
// phone: string => phone: string
export default (row) => ({ id: row.id, phone: row.phone.replace(/[^0-9]/g, "") });

//// a telephone number in digits, with its plus
// phone: string => phone: string
export default (row) => ({ id: row.id, phone: (row.phone.trim().startsWith("+") ? "+" : "") + row.phone.replace(/\D/g, "") });

//// a telephone number of the United States
// phone: string => phone: string | null
export default function migrate(row) {
  const digits = row.phone.replace(/\D/g, "");
  if (digits.length === 10) return { id: row.id, phone: `+1${digits}` };
  if (digits.length === 11 && digits.startsWith("1")) return { id: row.id, phone: `+${digits}` };
  return { id: row.id, phone: null };
}

//// a telephone number is written with brackets
// phone: string => phone: string
export default ({ id, phone }) => ({ id, phone: phone.replace(/^(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3") });

//// called: the country of a telephone number, by its beginning
// phone: string => country: string
const CODES = [
  ["+49", "DE"],
  ["+44", "GB"],
  ["+1", "US"],
];
export default function migrate(row) {
  for (const code of CODES) {
    if (row.phone.startsWith(code[0] ?? "?")) return { id: row.id, country: code[1] ?? "" };
  }
  return { id: row.id, country: "??" };
}

//// the same with a loop in a function of its own
// phone: string => country: string
const COUNTRIES = [
  { code: "+49", country: "DE" },
  { code: "+44", country: "GB" },
  { code: "+1", country: "US" },
];
function countryOf(phone) {
  for (const { code, country } of COUNTRIES) if (phone.startsWith(code)) return country;
  return "??";
}
export default (row) => ({ id: row.id, country: countryOf(row.phone) });

//// a code of a country is looked up
// country: string => country: string; known: boolean
const NAMES = { DE: "Germany", FR: "France", US: "United States" };
export default (row) => ({ id: row.id, country: NAMES[row.country.toUpperCase()] ?? row.country, known: row.country in NAMES });

//// old codes of countries
// country: string => country: string
export default function migrate(row) {
  switch (row.country) {
    case "UK":
      return { ...row, country: "GB" };
    case "SU":
    case "RUS":
      return { ...row, country: "RU" };
    default:
      return row;
  }
}

//// a postal code without spaces
// zip: string => zip: string
export default (row) => ({ id: row.id, zip: row.zip.replaceAll(" ", "").toUpperCase() });

//// the first five digits of a postal code
// zip: string => zip: string | null
export default (row) => ({ id: row.id, zip: row.zip.match(/^\d{5}/)?.[0] ?? null });

//// a street and its number
// street: string => street: string; house: string
export default function migrate(row) {
  const found = row.street.match(/^(.*) (\d+[a-z]?)$/u);
  return { id: row.id, street: found?.[1] ?? row.street, house: found?.[2] ?? "" };
}

//// lines of an address become one
// line1: string; line2: string | null; city: string => address: string
export default (row) => ({
  id: row.id,
  address: [row.line1, row.line2 ?? "", row.city].filter((line) => line !== "").join(", "),
});

//// an address moves into an object
// street: string; city: string; zip: string => address: { street: string; city: string; zip: string }
export default ({ id, ...address }) => ({ id, address });

//// an address leaves its object
// address: { street: string; city: string } => street: string; city: string
export default (row) => ({ id: row.id, ...row.address });

//// a consent that was given or not
// consent: string | null => consent: boolean; asked: boolean
export default (row) => ({ id: row.id, consent: row.consent === "granted", asked: row.consent !== null });

//// a language and a region
// locale: string => language: string; region: string | null
export default function migrate(row) {
  const parts = row.locale.replace("_", "-").split("-");
  return { id: row.id, language: (parts[0] ?? "").toLowerCase(), region: parts[1]?.toUpperCase() ?? null };
}
