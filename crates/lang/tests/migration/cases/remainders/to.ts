import type { Key } from "antler";

export interface Measure {
  id: Key<number>;
  remainder: number;
}
