import type { Key } from "antler";

export interface Measure {
  id: Key<number>;
  byTen: number;
  isEven: boolean;
  minutes: number;
  clock: number;
}
