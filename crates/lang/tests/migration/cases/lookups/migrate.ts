import type { Visit as Old } from "../../.antler/versions/0_0";
import type { Visit } from "../datamodels/models";

const COUNTRIES: Record<string, string> = { a: "Austria", b: "Belgium", "a-b-c": "Three", é: "France" };
const POINTS = { early: 3, late: -1, on_time: 1 } as const;
const TITLES = { early: { de: "früh", en: "early" }, late: { de: "spät", en: "late" }, on_time: { de: "", en: "" } };
const LEVELS: Record<number, string> = { 0: "none", 1: "low", 2: "high" };
const CODES = new Map([
  ["a", 43],
  ["b", 32],
]);
const BOTS = new Set(["bot", "a", "NA"]);

export default function migrate(visit: Old): Visit {
  const { kind } = visit;
  return {
    id: visit.id,
    name: COUNTRIES[visit.country] ?? `unknown (${visit.country})`,
    points: POINTS[kind],
    title: TITLES[kind].de,
    level: LEVELS[visit.level] ?? "?",
    known: visit.country in COUNTRIES,
    listed: CODES.has(visit.country),
    code: CODES.get(visit.country),
    isBot: visit.agent !== null && BOTS.has(visit.agent),
    keys: Object.keys(POINTS),
    unique: [...new Set(visit.tags)],
    type: typeof visit.agent === "string" ? "text" : typeof visit.level,
    region: Object.hasOwn(COUNTRIES, visit.country) ? "known" : "other",
  };
}
