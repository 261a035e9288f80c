// Runs a migration as its author would: transpiled by TypeScript, in Node, in UTC. Reads one job
// from standard input and answers one line for each row, function by function. Values travel in forms that keep apart
// what JSON mixes up: numbers as the bits of their doubles, texts as hexadecimal UTF-8.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";

const { oracle, functions, files, from, rows } = JSON.parse(readFileSync(0, "utf8"));
const typescript = createRequire(oracle)("typescript");
const compilerOptions = { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022 };

/** The function that a file exports. */
function load(source) {
  const exports = evaluate("app/functions/migrate.ts", source, new Map());
  const exported = Object.values(exports).filter((value) => typeof value === "function");
  return exports.default ?? exported[0];
}

/** What a package exports: no migration depends on it. */
const anything = new Proxy({}, { get: () => anything });

/** What a file exports. Files of the project are there to be imported; of others there are only types. */
function evaluate(path, source, loaded) {
  const { outputText } = typescript.transpileModule(source, { compilerOptions });
  const module = { exports: {} };
  loaded.set(path, module);
  const require = (name) => {
    const base = join(dirname(path), name);
    const found = [`${base}.ts`, `${base}/index.ts`].find((candidate) => candidate in files);
    if (!found || !name.startsWith(".")) return anything;
    return loaded.get(found)?.exports ?? evaluate(found, files[found], loaded);
  };
  new Function("module", "exports", "require", outputText)(module, module.exports, require);
  return module.exports;
}

const bits = new DataView(new ArrayBuffer(8));
const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const PRECISE = {
  Int8: [-128, 127],
  Int16: [-32768, 32767],
  Int32: [-2147483648, 2147483647],
  UInt8: [0, 255],
  UInt16: [0, 65535],
  UInt32: [0, 4294967295],
};
const FIRST = -2208988800000;
const LAST = 10413791999999;

/** Why a value cannot be stored: not an error of the language. */
class Misfit extends Error {}

function read(type, value) {
  if (type.precise === "UInt64") return BigInt(value);
  if (type === "number" || PRECISE[type.precise] || type.precise === "Float32") {
    bits.setBigUint64(0, BigInt(value));
    return bits.getFloat64(0);
  }
  if (type === "big_int") return BigInt(value);
  if (type === "date") return new Date(value);
  if (type.array) return value.map((item) => (item === null ? null : read(type.array.type, item)));
  if (type.object) return readObject(type.object, value);
  return value;
}

function readObject(fields, values) {
  const object = {};
  fields.forEach((field, position) => {
    const value = values[position];
    if (value !== null) object[field.name] = read(field.type, value);
    else if (field.absence !== "undefined") object[field.name] = null;
  });
  return object;
}

function hex(text) {
  return Buffer.from(text.toWellFormed(), "utf8").toString("hex").toUpperCase();
}

/** The canonical text of a value that a language spells as text; nothing when it is none. */
function spelled(column, text) {
  if (column === "LowCardinality(String)") return text;
  if (column === "UUID") return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined;
  if (column === "Date32") {
    const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && text >= "1900" && text < "2300";
    const day = isDay ? new Date(`${text}T00:00:00Z`) : undefined;
    return day && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text) ? text : undefined;
  }
  const [precision, scale] = column.match(/\d+/g).map(Number);
  const parts = /^(-?)(\d+)(?:[.](\d+))?$/.exec(text);
  if (!parts) return undefined;
  const whole = parts[2].replace(/^0+/, "");
  const fraction = (parts[3] ?? "").replace(/0+$/, "");
  if (whole.length > precision - scale || fraction.length > scale) return undefined;
  const digits = `${whole || "0"}${scale ? "." : ""}${fraction.padEnd(scale, "0")}`;
  return /[1-9]/.test(digits) ? parts[1] + digits : digits;
}

/** The canonical text of a value in a column; throws a misfit when it cannot be stored. */
function stored(type, value) {
  const fits = (condition) => {
    if (!condition) throw new Misfit(`${String(value)} is not ${JSON.stringify(type)}`);
  };
  if (type === "string") return fits(typeof value === "string"), hex(value);
  if (type === "number") {
    fits(typeof value === "number");
    if (Number.isNaN(value)) return "nan";
    bits.setFloat64(0, value);
    return String(bits.getBigUint64(0));
  }
  if (type === "boolean") return fits(typeof value === "boolean"), String(value);
  if (type === "big_int") return fits(typeof value === "bigint" && value >= MIN && value <= MAX), String(value);
  if (type === "date") {
    fits(value instanceof Date && value.getTime() >= FIRST && value.getTime() <= LAST);
    return String(value.getTime());
  }
  if (type.precise === "UInt64") return fits(typeof value === "bigint" && value === BigInt.asUintN(64, value)), String(value);
  if (type.precise === "Float32") {
    fits(typeof value === "number" && (Number.isFinite(Math.fround(value)) || !Number.isFinite(value)));
    if (Number.isNaN(value)) return "nan";
    bits.setFloat32(0, value);
    return String(bits.getUint32(0));
  }
  if (type.precise && !PRECISE[type.precise]) {
    const text = typeof value === "string" ? spelled(type.precise, value.toWellFormed()) : undefined;
    return fits(text !== undefined), hex(text);
  }
  if (type.precise) {
    const [least, greatest] = PRECISE[type.precise];
    fits(Number.isInteger(value) && value >= least && value <= greatest);
    return String(value);
  }
  if (type.string_enum) return fits(type.string_enum.includes(value)), hex(value);
  if (type.integer_enum) return fits(Object.values(type.integer_enum).includes(value)), String(value);
  if (type.array) {
    fits(Array.isArray(value));
    const items = value.map((item) => {
      if (item !== null && item !== undefined) return stored(type.array.type, item);
      fits(type.array.nullable);
      return "null";
    });
    return `[${items.join(",")}]`;
  }
  fits(typeof value === "object" && value !== null);
  return `{${type.object.map((field) => storedField(field, value[field.name])).join(",")}}`;
}

function storedField(field, value) {
  if (value !== null && value !== undefined) return stored(field.type, value);
  if (!field.absence || field.absence === "never") throw new Misfit(`${field.name} is missing`);
  return "null";
}

const answers = [];
for (const { source, to, from: own = from, rows: given = rows } of functions) {
  const migrate = load(source);
  for (const row of given) {
    let answer;
    try {
      const result = migrate(readObject(own.fields, row));
      const fields = () => to.fields.map((field) => storedField(field, result[field.name]));
      answer = result === null ? { filtered: true } : { stored: fields() };
    } catch (error) {
      const message = error.message.toWellFormed();
      answer = error instanceof Misfit ? { misfit: message } : { thrown: message, kind: error.name };
    }
    answers.push(JSON.stringify(answer));
  }
}
process.stdout.write(`${answers.join("\n")}\n`);
