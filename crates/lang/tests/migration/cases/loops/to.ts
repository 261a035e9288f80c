import type { Key } from "antler";

export interface Trip {
  id: Key<string>;
  total: number;
  cities: string[];
  longest: string | null;
  upTo: number;
  short: string[];
  pairs: string[];
  firstLong: number;
  last?: Date;
}
