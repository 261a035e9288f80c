//// a field is renamed
// userName: string => name: string
export default (row) => ({ id: row.id, name: row.userName });

//// two fields are renamed by taking the row apart
// fname: string; lname: string => firstName: string; lastName: string
export default ({ id, fname: firstName, lname: lastName }) => ({ id, firstName, lastName });

//// a name is split at its first space
// name: string => first: string; last: string
export default function migrate(user) {
  const space = user.name.indexOf(" ");
  if (space === -1) return { id: user.id, first: user.name, last: "" };
  return { id: user.id, first: user.name.slice(0, space), last: user.name.slice(space + 1) };
}

//// a name is split at its last space
// name: string => given: string; family: string
export default function migrate(user) {
  const space = user.name.lastIndexOf(" ");
  return { id: user.id, given: user.name.slice(0, Math.max(space, 0)), family: user.name.slice(space + 1) };
}

//// the first part of a name, and the others
// name: string => first: string; others: string[]
export default ({ id, name }) => {
  const [first = "", ...others] = name.split(" ");
  return { id, first, others };
};

//// "Last, First" is turned around
// name: string => name: string
export default function migrate(user) {
  const parts = user.name.split(",").map((part) => part.trim());
  return { id: user.id, name: parts.length === 2 ? `${parts[1]} ${parts[0]}` : user.name };
}

//// two fields become one
// first: string; last: string => name: string
export default (row) => ({ id: row.id, name: `${row.first} ${row.last}`.trim() });

//// initials
// first: string; last: string => initials: string
export default (row) => ({ id: row.id, initials: row.first.charAt(0).toUpperCase() + row.last.charAt(0).toUpperCase() });

//// a name is shown with a default
// name: string | null; email: string => display: string
export default (row) => ({ id: row.id, display: row.name?.trim() || row.email });

//// the first of three names that is there
// nick: string | null; name: string | null; login: string => display: string
export default (row) => ({ id: row.id, display: row.nick ?? row.name ?? row.login });

//// white space is collapsed
// title: string => title: string
export default (row) => ({ id: row.id, title: row.title.replace(/\s+/g, " ").trim() });

//// the first letter is made a capital
// city: string => city: string
export default (row) => ({ id: row.id, city: row.city.charAt(0).toUpperCase() + row.city.slice(1).toLowerCase() });

//// words begin with capitals
// title: string => title: string
export default (row) => ({
  id: row.id,
  title: row.title.split(" ").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" "),
});

//// a key in snake case
// label: string => key: string
export default (row) => ({ id: row.id, key: row.label.trim().toLowerCase().replace(/[^a-z0-9]+/g, "_") });

//// a slug
// title: string => slug: string
export default function migrate(post) {
  const slug = post.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return { id: post.id, slug };
}

//// camel case becomes snake case
// name: string => name: string
export default (row) => ({ id: row.id, name: row.name.replace(/[A-Z]/g, "_$&").toLowerCase() });

//// an empty text becomes nothing
// note: string => note: string | null
export default (row) => ({ id: row.id, note: row.note === "" ? null : row.note });

//// words for nothing become nothing
// value: string => value: string | null
export default (row) => ({ id: row.id, value: ["", "NA", "null", "none", "-"].includes(row.value.trim()) ? null : row.value });

//// nothing becomes an empty text
// note?: string => note: string
export default (row) => ({ id: row.id, note: row.note ?? "" });

//// a long text is cut, with a mark
// text: string => text: string
export default (row) => ({ id: row.id, text: row.text.length > 20 ? row.text.slice(0, 17) + "..." : row.text });

//// a code is filled with zeros
// code: number => code: string
export default (row) => ({ id: row.id, code: String(row.code).padStart(6, "0") });

//// a code loses its zeros
// code: string => code: number
export default (row) => ({ id: row.id, code: parseInt(row.code, 10) });

//// a prefix is taken away
// sku: string => sku: string
export default (row) => ({ id: row.id, sku: row.sku.startsWith("SKU-") ? row.sku.slice(4) : row.sku });

//// a prefix is added once
// sku: string => sku: string
export default ({ id, sku }) => ({ id, sku: sku.startsWith("SKU-") ? sku : `SKU-${sku}` });

//// a suffix decides
// file: string => kind: "image" | "video" | "other"
export default function migrate(row) {
  const name = row.file.toLowerCase();
  if (name.endsWith(".png") || name.endsWith(".jpg")) return { id: row.id, kind: "image" };
  return { id: row.id, kind: name.endsWith(".mp4") ? "video" : "other" };
}

//// the extension of a file
// file: string => extension: string | null
export default function migrate(row) {
  const dot = row.file.lastIndexOf(".");
  return { id: row.id, extension: dot > 0 ? row.file.slice(dot + 1).toLowerCase() : null };
}

//// the name of a file without its folders
// path: string => file: string
export default (row) => ({ id: row.id, file: row.path.split("/").at(-1) ?? row.path });

//// letters in a name are counted
// name: string => letters: number
export default (row) => ({ id: row.id, letters: row.name.replace(/[^A-Za-z]/g, "").length });

//// a name is masked but for its ends
// name: string => name: string
export default function migrate(row) {
  const { name } = row;
  if (name.length < 3) return { id: row.id, name: "*".repeat(name.length) };
  return { id: row.id, name: name[0] + "*".repeat(name.length - 2) + name[name.length - 1] };
}

//// a text is turned around
// text: string => text: string
export default (row) => ({ id: row.id, text: row.text.split("").reverse().join("") });
