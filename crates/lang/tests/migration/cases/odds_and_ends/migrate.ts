import type { Thing as Old } from "../../.antler/versions/0_0";
import type { Thing } from "../datamodels/models";

/* Whatever has no better place. */
export default function migrate(thing: Old): Thing {
  const { text, other = "none", a, b, "odd name": oddName, flag, maybeFlag } = thing;
  const mixed = { ...{ flag, text }, label: "x" } satisfies object;
  return {
    id: thing.id,
    greatest: Math.max(a, b ?? 0, oddName),
    least: Math.min(a, -0, oddName),
    nothing: Math.max(),
    alone: Math.min(a),
    cut: thing.other?.replaceAll("-", "").padStart(3, "_").slice(1, 3),
    unit: text.replaceAll("\u{1F600}", "").charAt(a),
    atEnd: text.replace("😀", "-").substring(other.length - 2, a),
    mixed: `${mixed.label}${mixed.flag}${thing.big}${b}${maybeFlag}`,
    flags: String(flag) + String(maybeFlag),
    isSame: thing.other === text,
    bothAbsent: b === thing.maybeLevel,
    sameBig: thing.maybeBig === thing.big,
    xor: flag !== (a > 0),
    either: flag || maybeFlag === true || a < 0,
    neither: !(flag || (maybeFlag && b)),
    maybe: maybeFlag && flag,
    chosen: flag ? b : a > 0 ? 1 : null,
    and: (flag && text) || "no",
    span: thing.until ? +thing.until - +thing.at : thing.at.valueOf(),
    isOver: thing.until !== undefined && thing.until <= thing.at,
    copy: new Date(thing.at),
    until: thing.until ?? null,
    level: thing.level,
    levelText: `${thing.level}/${thing.maybeLevel}`,
    levelSum: thing.level + (thing.maybeLevel ?? 0.5),
    isMuch: thing.level === 1000 || thing.maybeLevel === 1000,
    maybeLevel: thing.maybeLevel ?? undefined,
    firstDate: thing.dates[0] ?? null,
    dates: thing.dates,
    levels: thing.levels,
    firstLevel: thing.levels[0] ?? -1,
    gaps: thing.gaps,
    firstGap: thing.gaps[0] ?? null,
    lists: thing.lists ?? [],
    made: flag ? [text, "made"] : undefined,
    kinds: a > 1 ? ["x", flag ? "x" : "y"] : [],
    numbers: [a, b, null],
    oddName,
    pieces: text.split("a,").length + text.split("\n").length,
    isBig: thing.big > 5n && thing.big !== 42n && !!thing.maybeBig,
    chained: thing.until?.getUTCFullYear(),
  };
}
