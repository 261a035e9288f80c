import type { Key } from "antler";

export interface Measure {
  id: Key<number>;
  a: number;
  b: number;
}
