import type { Measure as Old } from "../../.antler/versions/0_0";
import type { Measure } from "../datamodels/models";

const LIMIT = 1000;
const NEGATIVE_LIMIT = -LIMIT;

export default function migrate({ id, a, b, c }: Old): Measure {
  return {
    id,
    sum: a + b,
    difference: a - b,
    product: a * b,
    quotient: a / b,
    negated: -a,
    floor: Math.floor(a),
    ceil: Math.ceil(a),
    round: Math.round(a),
    trunc: Math.trunc(a),
    abs: Math.abs(a),
    sign: Math.sign(a),
    root: Math.sqrt(a),
    least: Math.min(a, b),
    greatest: Math.max(a, b),
    clamped: Math.max(NEGATIVE_LIMIT, Math.min(a, LIMIT)),
    text: String(a),
    labelled: `a=${a} ` + b + "!",
    fixed: a.toFixed(2),
    cents: (a * 100).toFixed(),
    less: a < b,
    lessOrEqual: a <= b,
    equal: a === b,
    different: a !== b,
    isNaN: Number.isNaN(a),
    isFinite: Number.isFinite(a),
    isInteger: Number.isInteger(a),
    isSafe: Number.isSafeInteger(a),
    truthy: Boolean(a),
    orDefault: a || 42,
    ifAbsent: c ?? b,
    fromNull: Number(c),
    nullText: `${c}`,
  };
}
