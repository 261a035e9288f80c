import type { Key } from "antler";

export interface Measure {
  id: Key<number>;
  sum: number;
  difference: number;
  product: number;
  quotient: number;
  negated: number;
  floor: number;
  ceil: number;
  round: number;
  trunc: number;
  abs: number;
  sign: number;
  root: number;
  least: number;
  greatest: number;
  clamped: number;
  text: string;
  labelled: string;
  fixed: string;
  cents: string;
  less: boolean;
  lessOrEqual: boolean;
  equal: boolean;
  different: boolean;
  isNaN: boolean;
  isFinite: boolean;
  isInteger: boolean;
  isSafe: boolean;
  truthy: boolean;
  orDefault: number;
  ifAbsent: number;
  fromNull: number;
  nullText: string;
}
