import type { Key } from "antler";

export interface Counter {
  id: Key<string>;
  n: number;
}
